package dev.adit.host.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes over the control socket, the server answers or hangs up, and goes on. */
final class HostileClientTest {
  private static final List<String> VERBS =
      List.of(
          "status",
          "function.list",
          "function.layout",
          "vdev.types",
          "vdev.define",
          "vdev.undefine",
          "vdev.modify",
          "vdev.start",
          "vdev.stop",
          "vdev.list",
          "vdev.show",
          "vdev.reset",
          "vdev.revoke",
          "vdev.suspend",
          "vdev.resume",
          "vdev.events");

  @TempDir private Path folder;

  /** A client that sends what it likes. */
  private static final class Raw implements AutoCloseable {
    private final SocketChannel channel;
    private final Lines lines;

    Raw(TestHost host) throws IOException {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(host.config.control()));
      lines = new Lines(channel, 16 << 20);
      assertThat(lines.next().orElseThrow()).contains("\"control\":1");
    }

    String say(String line) throws IOException {
      send(line + "\n");
      return lines.next().orElse("gone");
    }

    void send(String text) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(text.getBytes(UTF_8));
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello",
        "{",
        "[]",
        "{\"verb\": 1}",
        "{\"verb\": \"vdev.list\", \"arguments\": []}",
        "{\"verb\": \"vdev.list\", \"arguments\": {\"device\": \"x\"}}",
        "{\"verb\": \"vdev.list\", \"more\": 1}",
        "{\"verb\": \"vdev.explode\"}",
        "{\"verb\": \"vdev.show\"}",
        "{\"verb\": \"vdev.show\", \"arguments\": {\"device\": \"\\u0000\"}}",
        "{\"verb\": \"vdev.define\", \"arguments\": {\"definition\": null}}",
        "{\"verb\": \"vdev.resume\", \"arguments\": {\"saved\": {\"schema\": \"adit.vdev-state/1\"}}}",
        "{\"verb\": \"vdev.events\", \"arguments\": {\"since\": -1}}",
        "{\"verb\": \"vdev.list\"} {\"verb\": \"vdev.list\"}",
      })
  void aRequestThatIsWrongIsAnsweredAndTheConnectionGoesOn(String line) throws IOException {
    try (TestHost host = new TestHost(folder);
        Raw client = new Raw(host)) {
      assertThat(client.say(line)).contains("\"ok\":false").contains("\"reason\":\"bad-request\"");
      assertThat(client.say("{\"verb\": \"vdev.list\"}")).contains("\"ok\":true");
    }
  }

  @Test
  void aLineWithoutEndIsCutOffAndOthersAreServed() throws IOException {
    try (TestHost host = new TestHost(folder);
        Raw client = new Raw(host)) {
      String piece = "x".repeat(1 << 16);
      boolean cut = false;
      for (int sent = 0; sent <= 2 * ControlServer.LONGEST && !cut; sent += piece.length()) {
        try {
          client.send(piece);
        } catch (IOException e) {
          cut = true;
        }
      }
      assertThat(cut).isTrue();
      host.define("a", "1dwq");
    }
  }

  @Test
  void tooManyConnectionsAreTurnedAwayAndFormerOnesServed() throws IOException {
    try (TestHost host = new TestHost(folder);
        Raw first = new Raw(host)) {
      List<SocketChannel> more = new ArrayList<>();
      int turnedAway = 0;
      for (int i = 0; i < 100; i++) {
        SocketChannel channel =
            SocketChannel.open(UnixDomainSocketAddress.of(host.config.control()));
        more.add(channel);
        try {
          turnedAway += new Lines(channel, 1 << 16).next().isEmpty() ? 1 : 0;
        } catch (IOException e) {
          turnedAway++;
        }
      }
      assertThat(turnedAway).isBetween(60, 99);
      assertThat(first.say("{\"verb\": \"vdev.list\"}")).contains("\"ok\":true");
      for (SocketChannel channel : more) {
        channel.close();
      }
    }
  }

  @Test
  void randomRequestsFindNoMistakeInTheServer() throws IOException {
    long seed = Long.getLong("adit.seed", 1);
    System.out.println("HostileClientTest: -Dadit.seed=" + seed);
    Random random = new Random(seed);
    long seconds = Long.getLong("adit.fuzz.seconds", 0);
    long until = System.nanoTime() + seconds * 1_000_000_000L;
    try (TestHost host = new TestHost(folder);
        Raw client = new Raw(host)) {
      for (int i = 0; i < 3000 || System.nanoTime() - until < 0; i++) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("verb", VERBS.get(random.nextInt(VERBS.size())));
        request.put("arguments", arguments(random));
        String line = Json.line(request);
        String answer = client.say(line);
        assertThat(answer).as("seed %d: %s", seed, line).startsWith("{").doesNotContain("mistake");
      }
      client.say("{\"verb\": \"vdev.list\"}");
    }
  }

  private static Map<String, Object> arguments(Random random) {
    List<String> keys =
        List.of(
            "device", "definition", "function", "since", "set", "unset", "saved", "start", "force");
    Map<String, Object> arguments = new LinkedHashMap<>();
    for (int n = random.nextInt(3); n >= 0; n--) {
      String key = keys.get(random.nextInt(keys.size()));
      arguments.put(key, random.nextInt(4) == 0 ? value(random, 2) : likely(key, random));
    }
    return arguments;
  }

  private static Object likely(String key, Random random) {
    String name = "d" + random.nextInt(4);
    return switch (key) {
      case "device" -> name;
      case "definition" ->
          TestHost.definition(name, List.of("1dwq", "1swq", "0dwq", "2swq").get(random.nextInt(4)));
      case "function" -> "dsa" + random.nextInt(2);
      case "since" -> random.nextInt(100);
      case "set" -> Map.of("transfer-shift", Integer.toString(random.nextInt(40)));
      case "unset" -> List.of("name");
      case "saved" ->
          Map.of(
              "schema",
              Verbs.SUSPENDED,
              "definition",
              TestHost.definition(name, "1dwq"),
              "device",
              Map.of("base64", "QURWRAAAAAEAAAAB"));
      case "start" -> random.nextBoolean() ? "auto" : "manual";
      default -> true;
    };
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 6 : 4)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextBoolean();
      case 2 -> "../../x\u0001\ud800".substring(random.nextInt(8));
      case 3 -> "";
      case 4 -> List.of(value(random, depth - 1), value(random, depth - 1));
      default -> Map.of("name", value(random, depth - 1), "dev", value(random, depth - 1));
    };
  }
}
