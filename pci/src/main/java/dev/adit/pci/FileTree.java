package dev.adit.pci;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A tree of small files that is only read: the root of the running machine, a copied folder, or a
 * capture from another host. Paths are relative to the root, parts separated by '/', without a
 * leading one: {@code sys/bus/pci/devices}. A path that leaves the tree does not exist.
 *
 * <p>What is absent and what is there but may not be read are told apart by {@link #exists}.
 * Nothing throws: a tree from a stranger is data.
 */
public interface FileTree {
  /** Longest file that is read, in bytes; the rest of a longer one is left out. */
  int MAX_FILE = 1 << 20;

  /** {@return the name of the tree for messages: a folder or the name of the capture} */
  String origin();

  /** {@return the content of a file, or empty when it is absent or may not be read} */
  Optional<byte[]> read(String path);

  /** {@return whether something has this path, readable or not} */
  boolean exists(String path);

  /** {@return the names in a folder, sorted; none when it is absent or may not be read} */
  List<String> list(String path);

  /** {@return the target of a symbolic link as it is written, or empty when it is none} */
  Optional<String> link(String path);

  /** {@return a file as text without white space around it} */
  default Optional<String> text(String path) {
    return read(path).map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip());
  }

  /** {@return the folder as a tree; "/" is the running machine} */
  static FileTree directory(Path root) {
    return new DirectoryTree(root);
  }
}
