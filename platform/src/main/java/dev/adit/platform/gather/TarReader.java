package dev.adit.platform.gather;

import dev.adit.pci.FileTree;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads a tar archive (ustar with the pax records path, linkpath and size, and GNU long names). The
 * archive is a stranger's: every size and name is checked, and whatever is wrong ends in a {@link
 * CaptureException} that names the byte.
 */
final class TarReader {
  /** Largest archive, in bytes: about 8000 functions. */
  static final int MAX_SIZE = 64 << 20;

  private static final int BLOCK = 512;
  private static final int MAX_NAME = 1024;
  private static final int MAX_ENTRIES = 200_000;

  /** What an archive holds under a name. */
  sealed interface Entry {}

  /** A file. */
  static final class Content implements Entry {
    private final byte[] bytes;

    Content(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes.clone();
    }
  }

  /** A folder. */
  record Folder() implements Entry {}

  /** A symbolic link. */
  record Link(String target) implements Entry {}

  private final String origin;
  private final byte[] tar;
  private final Map<String, Entry> entries = new HashMap<>();
  private int at;
  private String longName = "";
  private String longTarget = "";
  private long paxSize = -1;

  TarReader(String origin, byte[] tar) {
    this.origin = origin;
    this.tar = tar;
  }

  Map<String, Entry> entries() {
    if (tar.length > MAX_SIZE) {
      throw new CaptureException(origin, "is larger than " + MAX_SIZE + " bytes");
    }
    if (tar.length == 0) {
      throw new CaptureException(origin, "is empty");
    }
    while (true) {
      if (tar.length - at < BLOCK) {
        throw broken("the archive ends here, without the empty block that ends a tar");
      }
      if (empty()) {
        return entries;
      }
      entry();
    }
  }

  private void entry() {
    checkSum();
    char type = (char) (tar[at + 156] & 0xff);
    long size = paxSize >= 0 && type != 'x' ? paxSize : octal(at + 124, 12);
    if (type == '2' || type == '5') {
      size = 0;
    }
    if (size > tar.length - at - BLOCK) {
      throw broken("an entry of " + size + " bytes does not fit into the rest of the archive");
    }
    int kept = (int) Math.min(size, FileTree.MAX_FILE);
    byte[] content = Arrays.copyOfRange(tar, at + BLOCK, at + BLOCK + kept);
    switch (type) {
      case 'x' -> pax(content);
      case 'L' -> longName = string(content, 0, content.length);
      case 'K' -> longTarget = string(content, 0, content.length);
      // What is longer than a file of a tree may be is cut, as everywhere.
      case '0', '\0', '7' -> add(new Content(content));
      case '5' -> add(new Folder());
      case '2' -> add(new Link(longTarget.isEmpty() ? string(tar, at + 157, 100) : longTarget));
      // Global records, devices and hard links say nothing that is asked for.
      default -> forget();
    }
    at += BLOCK + (int) ((size + BLOCK - 1) / BLOCK * BLOCK);
  }

  private void add(Entry entry) {
    String name = name();
    if (!name.isEmpty()) {
      if (entries.size() >= MAX_ENTRIES) {
        throw broken("more than " + MAX_ENTRIES + " entries");
      }
      entries.put(name, entry);
      for (int slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
        if (entries.putIfAbsent(name.substring(0, slash), new Folder()) != null) {
          break;
        }
      }
    }
    forget();
  }

  private void forget() {
    longName = "";
    longTarget = "";
    paxSize = -1;
  }

  /** The name without "./" before and "/" behind it; names that leave the archive are refused. */
  private String name() {
    String name = longName;
    if (name.isEmpty()) {
      String prefix = ustar() ? string(tar, at + 345, 155) : "";
      name = prefix.isEmpty() ? string(tar, at, 100) : prefix + "/" + string(tar, at, 100);
    }
    if (name.length() > MAX_NAME) {
      throw broken("a name is longer than " + MAX_NAME);
    }
    if (name.startsWith("/")) {
      throw broken("a name is absolute");
    }
    String start = name.startsWith("./") ? name.substring(2) : name;
    if (!start.contains("..") && !start.contains("//") && !start.contains("./")) {
      return start.endsWith("/") ? start.substring(0, start.length() - 1) : plain(start);
    }
    StringBuilder clean = new StringBuilder(name.length());
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        throw broken("a name leaves the archive");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        clean.append(clean.isEmpty() ? "" : "/").append(part);
      }
    }
    return clean.toString();
  }

  /** "." alone is the archive itself. */
  private static String plain(String name) {
    return name.equals(".") ? "" : name;
  }

  /** Reads pax records: "length key=value\n". */
  private void pax(byte[] records) {
    int from = 0;
    while (from < records.length) {
      int space = from;
      int length = 0;
      while (space < records.length && records[space] >= '0' && records[space] <= '9') {
        length = length * 10 + (records[space++] - '0');
        if (length > records.length) {
          break;
        }
      }
      int end = from + length;
      if (space == from
          || end > records.length
          || end <= space + 1
          || records[space] != ' '
          || records[end - 1] != '\n') {
        throw broken("a pax record is malformed");
      }
      String record = string(records, space + 1, end - space - 2);
      int equals = record.indexOf('=');
      String value = record.substring(equals + 1);
      switch (equals < 0 ? "" : record.substring(0, equals)) {
        case "path" -> longName = value;
        case "linkpath" -> longTarget = value;
        case "size" -> paxSize = decimal(value);
        default -> {}
      }
      from = end;
    }
  }

  private long decimal(String value) {
    if (!value.matches("[0-9]{1,12}")) {
      throw broken("a size is no number");
    }
    return Long.parseLong(value);
  }

  private void checkSum() {
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : tar[at + i] & 0xff;
    }
    if (octal(at + 148, 8) != sum) {
      throw broken("no tar header here: its checksum is wrong");
    }
  }

  /** A number in octal digits, or in the binary form that GNU tar uses for large ones. */
  private long octal(int from, int length) {
    if ((tar[from] & 0x80) != 0) {
      throw broken("a size is larger than any capture");
    }
    long value = 0;
    boolean digits = false;
    for (int i = from; i < from + length; i++) {
      int c = tar[i];
      if (c >= '0' && c <= '7') {
        value = value << 3 | (c - '0');
        digits = true;
      } else if (c == 0 || c == ' ') {
        if (digits) {
          break;
        }
      } else {
        throw broken("a number is not octal");
      }
    }
    return value;
  }

  private boolean empty() {
    for (int i = at; i < at + BLOCK; i++) {
      if (tar[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean ustar() {
    return string(tar, at + 257, 5).equals("ustar") && tar[at + 262] == 0;
  }

  private static String string(byte[] bytes, int from, int length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  private CaptureException broken(String reason) {
    return new CaptureException(origin, at, reason);
  }
}
