package dev.adit.host.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;

/** Lines from a channel, of a length that is bounded before they are kept. */
final class Lines {
  private final ReadableByteChannel channel;
  private final int longest;
  private final ByteBuffer buffer = ByteBuffer.allocate(8192).limit(0);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  Lines(ReadableByteChannel channel, int longest) {
    this.channel = channel;
    this.longest = longest;
  }

  /**
   * {@return the next line without its end, or nothing at the end; empty lines are left out}
   *
   * @throws IOException if a line is too long
   */
  Optional<String> next() throws IOException {
    while (true) {
      while (buffer.hasRemaining()) {
        byte b = buffer.get();
        if (b == '\n' && line.size() > 0) {
          String text = line.toString(UTF_8);
          line.reset();
          return Optional.of(text);
        } else if (b != '\n') {
          line.write(b);
        }
        if (line.size() > longest) {
          throw new IOException("a line is longer than " + longest + " bytes");
        }
      }
      buffer.clear();
      int count = channel.read(buffer);
      buffer.flip();
      if (count < 0) {
        return Optional.empty();
      }
    }
  }
}
