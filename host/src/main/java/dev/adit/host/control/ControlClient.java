package dev.adit.host.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Section;
import dev.adit.devices.Tree;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** A connection to the control socket of a server. */
public final class ControlClient implements AutoCloseable {
  private static final int LONGEST = 64 << 20;

  private final Path path;
  private final SocketChannel channel;
  private final Lines lines;

  private ControlClient(Path path, SocketChannel channel) {
    this.path = path;
    this.channel = channel;
    lines = new Lines(channel, LONGEST);
  }

  /**
   * Connects.
   *
   * @throws RefusedException if no server answers there
   */
  public static ControlClient connect(Path path) {
    SocketChannel channel;
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      throw new RefusedException(
          Reason.FAILED,
          "no server answers on "
              + path
              + " ("
              + e.getMessage()
              + "); start one with 'adit serve CONFIG', or name its socket with --control",
          e);
    }
    ControlClient client = new ControlClient(path, channel);
    Section banner = Section.of(client.line(), "the server's first line");
    if (banner.number("control", 0, Integer.MAX_VALUE, 0) != 1) {
      client.close();
      throw new RefusedException(Reason.FAILED, path + " is no control socket that adit knows");
    }
    return client;
  }

  /**
   * {@return the answer to a request}
   *
   * @throws RefusedException if the server refuses
   */
  public Tree request(String verb, Map<String, ?> arguments) {
    send(verb, arguments);
    return result(line());
  }

  private static Tree result(Tree line) {
    Section answer = Section.of(line, "the server's answer");
    refuse(answer);
    return answer
        .tree("result")
        .orElseThrow(() -> new RefusedException(Reason.FAILED, "the server answers with nothing"));
  }

  private static void refuse(Section answer) {
    if (!answer.flag("ok", true)) {
      throw new RefusedException(
          Reason.of(answer.text("reason").orElse("failed")),
          answer.text("error").orElse("the server refuses"));
    }
  }

  /**
   * Passes on the events of a server until it ends.
   *
   * @param arguments {@code since} and {@code device}
   */
  public void follow(Map<String, ?> arguments, Consumer<Tree> each) {
    send("vdev.follow", arguments);
    try {
      while (true) {
        var line = lines.next();
        if (line.isEmpty()) {
          return;
        }
        Tree event = Json.read(path.toString(), line.get());
        refuse(Section.of(event, "an event"));
        each.accept(event);
      }
    } catch (IOException e) {
      throw gone(e);
    }
  }

  private void send(String verb, Map<String, ?> arguments) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("verb", verb);
    request.put("arguments", arguments);
    try {
      ByteBuffer rest = ByteBuffer.wrap((Json.line(request) + "\n").getBytes(UTF_8));
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    } catch (IOException e) {
      throw gone(e);
    }
  }

  private Tree line() {
    try {
      return Json.read(
          path.toString(),
          lines.next().orElseThrow(() -> gone(new IOException("it ended the connection"))));
    } catch (IOException e) {
      throw gone(e);
    }
  }

  private RefusedException gone(IOException e) {
    return new RefusedException(
        Reason.FAILED, "the server on " + path + " is gone: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // There is nothing left to close.
    }
  }
}
