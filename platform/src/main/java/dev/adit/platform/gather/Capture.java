package dev.adit.platform.gather;

import dev.adit.pci.FileTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * What {@code adit capture} wrote on some machine, as a tree of files. It is held in memory whole:
 * a capture has a bounded size.
 */
public final class Capture implements FileTree {
  private static final int GZIP_MAGIC = 0x8b1f;

  private final String origin;
  private final Map<String, TarReader.Entry> entries;
  private final Map<String, List<String>> folders;
  private final Set<String> unreadable;

  private Capture(String origin, Map<String, TarReader.Entry> entries) {
    this.origin = origin;
    this.entries = entries;
    this.folders = folders(entries.keySet());
    this.unreadable =
        new HashSet<>(
            text("adit/unreadable").map(String::lines).stream().flatMap(lines -> lines).toList());
  }

  /**
   * {@return the capture in a file, compressed or not}
   *
   * @throws CaptureException if it is none, or broken
   */
  public static Capture read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in.readNBytes(TarReader.MAX_SIZE + 1));
    } catch (NoSuchFileException e) {
      throw new CaptureException(file.toString(), "there is no such file");
    } catch (IOException e) {
      throw new CaptureException(file.toString(), "cannot be read: " + e.getMessage());
    }
  }

  /**
   * {@return the capture in these bytes, compressed or not}
   *
   * @param origin its name for messages
   * @throws CaptureException if it is none, or broken
   */
  public static Capture read(String origin, byte[] bytes) {
    byte[] tar = bytes;
    if (bytes.length > 2 && ((bytes[0] & 0xff) | (bytes[1] & 0xff) << 8) == GZIP_MAGIC) {
      tar = inflate(origin, bytes);
    }
    Capture capture = new Capture(origin, new TarReader(origin, tar).entries());
    String head = capture.text("adit/capture").orElse("");
    if (head.isEmpty()) {
      throw new CaptureException(origin, "has no file adit/capture, so it is not a capture");
    }
    if (!head.startsWith("format 1\n")) {
      throw new CaptureException(
          origin,
          "is of another format than 1: '"
              + Sheet.printable(head.lines().findFirst().orElse(""))
              + "'");
    }
    return capture;
  }

  /** {@return the names in each folder} */
  private static Map<String, List<String>> folders(Set<String> paths) {
    Map<String, List<String>> folders = new HashMap<>();
    for (String path : paths) {
      int slash = path.lastIndexOf('/');
      folders
          .computeIfAbsent(slash < 0 ? "" : path.substring(0, slash), folder -> new ArrayList<>(4))
          .add(path.substring(slash + 1));
    }
    return folders;
  }

  private static byte[] inflate(String origin, byte[] bytes) {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes), 1 << 14)) {
      byte[] tar = in.readNBytes(TarReader.MAX_SIZE + 1);
      if (tar.length > TarReader.MAX_SIZE) {
        throw new CaptureException(origin, "unpacks to more than " + TarReader.MAX_SIZE + " bytes");
      }
      return tar;
    } catch (IOException e) {
      throw new CaptureException(origin, "cannot be decompressed: " + e.getMessage());
    }
  }

  @Override
  public String origin() {
    return origin;
  }

  @Override
  public Optional<byte[]> read(String path) {
    return switch (entries.get(path)) {
      case TarReader.Content content -> Optional.of(content.bytes());
      case null, default -> Optional.empty();
    };
  }

  @Override
  public boolean exists(String path) {
    return entries.containsKey(path) || unreadable.contains(path);
  }

  @Override
  public List<String> list(String path) {
    List<String> names = folders.getOrDefault(path, List.of());
    return names.stream().sorted().toList();
  }

  @Override
  public Optional<String> link(String path) {
    return entries.get(path) instanceof TarReader.Link link
        ? Optional.of(link.target())
        : Optional.empty();
  }

  /** {@return a line of the capture's head, such as {@code name} or {@code release}} */
  public Optional<String> head(String key) {
    return text("adit/capture").stream()
        .flatMap(String::lines)
        .filter(line -> line.startsWith(key + " "))
        .map(line -> line.substring(key.length() + 1).strip())
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  @Override
  public Optional<String> text(String path) {
    return read(path).map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip());
  }
}
