package dev.adit.pci;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder as a tree of files. Links inside it are followed: sysfs consists of them. */
record DirectoryTree(Path root) implements FileTree {
  @Override
  public String origin() {
    return root.toString();
  }

  @Override
  public Optional<byte[]> read(String path) {
    Optional<Path> file = resolve(path).filter(Files::isRegularFile);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    // Files of proc and sysfs lie about their size, so it is read until the end.
    try (InputStream in = Files.newInputStream(file.get())) {
      return Optional.of(in.readNBytes(MAX_FILE));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean exists(String path) {
    return resolve(path).filter(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS)).isPresent();
  }

  @Override
  public List<String> list(String path) {
    Optional<Path> folder = resolve(path);
    if (folder.isEmpty()) {
      return List.of();
    }
    try (Stream<Path> names = Files.list(folder.get())) {
      return names.map(name -> String.valueOf(name.getFileName())).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  @Override
  public Optional<String> link(String path) {
    try {
      Optional<Path> link = resolve(path).filter(Files::isSymbolicLink);
      return link.isEmpty()
          ? Optional.empty()
          : Optional.of(Files.readSymbolicLink(link.get()).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<Path> resolve(String path) {
    try {
      Path file = root.resolve(path).normalize();
      return file.startsWith(root.normalize()) ? Optional.of(file) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
