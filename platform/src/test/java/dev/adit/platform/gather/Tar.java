package dev.adit.platform.gather;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes tar archives for tests, broken ones too. */
public final class Tar {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** {@return an archive with the head of a capture} */
  public static Tar capture() {
    return new Tar().file("adit/capture", "format 1\nname test\nmachine x86_64\n");
  }

  /** Adds a text file. */
  public Tar file(String name, String content) {
    return file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a file. */
  public Tar file(String name, byte[] content) {
    return entry(name, '0', "", content);
  }

  /** Adds a symbolic link. */
  public Tar link(String name, String target) {
    return entry(name, '2', target, new byte[0]);
  }

  /** Adds an entry of any type. */
  public Tar entry(String name, char type, String target, byte[] content) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "0000600");
    put(header, 124, String.format(Locale.ROOT, "%011o", content.length));
    header[156] = (byte) type;
    put(header, 157, target);
    put(header, 257, "ustar\0" + "00");
    sign(header);
    out.writeBytes(header);
    out.writeBytes(content);
    out.writeBytes(new byte[(512 - content.length % 512) % 512]);
    return this;
  }

  /** Adds these bytes as they are. */
  public Tar raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** {@return the archive with its end} */
  public byte[] bytes() {
    out.writeBytes(new byte[1024]);
    return out.toByteArray();
  }

  /** {@return the archive without its end} */
  public byte[] unfinished() {
    return out.toByteArray();
  }

  static void sign(byte[] header) {
    put(header, 148, "        ");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
  }

  static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, header, at, Math.min(bytes.length, header.length - at));
  }
}
