package dev.adit.platform.gather;

import dev.adit.pci.FileTree;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A tree that somebody puts together in memory. Not for several threads while it grows. */
public final class MemoryTree implements FileTree {
  private final String origin;
  private final Map<String, byte[]> files = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();
  private final Map<String, NavigableSet<String>> folders = new TreeMap<>();

  /**
   * An empty tree.
   *
   * @param origin its name for messages
   */
  public MemoryTree(String origin) {
    this.origin = origin;
  }

  /** Adds a file, or writes it anew. {@return this} */
  public MemoryTree file(String path, byte[] content) {
    enter(path);
    files.put(path, content);
    return this;
  }

  /** Adds a text file, or writes it anew. {@return this} */
  public MemoryTree file(String path, String content) {
    return file(path, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a symbolic link. {@return this} */
  public MemoryTree link(String path, String target) {
    enter(path);
    links.put(path, target);
    return this;
  }

  /** Adds a folder that may stay empty. {@return this} */
  public MemoryTree folder(String path) {
    names(path);
    return this;
  }

  private NavigableSet<String> names(String folder) {
    NavigableSet<String> there = folders.get(folder);
    if (there == null) {
      there = new TreeSet<>();
      folders.put(folder, there);
      enter(folder);
    }
    return there;
  }

  private void enter(String path) {
    int slash = path.lastIndexOf('/');
    if (slash >= 0) {
      names(path.substring(0, slash)).add(path.substring(slash + 1));
    }
  }

  @Override
  public String origin() {
    return origin;
  }

  @Override
  public Optional<byte[]> read(String path) {
    return Optional.ofNullable(files.get(path));
  }

  @Override
  public boolean exists(String path) {
    return files.containsKey(path) || links.containsKey(path) || folders.containsKey(path);
  }

  @Override
  public List<String> list(String path) {
    NavigableSet<String> names = folders.get(path);
    return names == null ? List.of() : List.copyOf(names);
  }

  @Override
  public Optional<String> link(String path) {
    return Optional.ofNullable(links.get(path));
  }
}
