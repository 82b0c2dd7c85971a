package dev.adit.host.control;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A disk that loses power after so many steps. What was not synced by then survives, is lost, or
 * survives in part, as a file system may have it: names and contents reach the disk on their own.
 */
final class DyingDisk implements Disk {
  /** What becomes of what was not synced. */
  enum Loss {
    /** Everything had reached the disk anyway. */
    NONE,
    /** Names had not reached it. */
    NAMES,
    /** Names had, contents had not: files are empty. */
    CONTENTS,
    /** Names had, contents half. */
    HALF
  }

  /** The power is gone. */
  static final class PowerLoss extends IOException {
    private static final long serialVersionUID = 1;
  }

  /** A file, whatever it is called. */
  private static final class Inode {
    private byte[] content = {};
    private byte[] synced = {};
  }

  private final Map<Path, Inode> names = new TreeMap<>();
  private final Map<Path, Inode> syncedNames = new HashMap<>();
  private int steps;
  private int last = Integer.MAX_VALUE;

  /** {@return how many steps have been made} */
  int steps() {
    return steps;
  }

  /** Loses power before the step with a number, counted from now. */
  void dieAt(int step) {
    steps = 0;
    last = step;
  }

  /** Comes back after the loss of power. */
  void revive(Loss loss) {
    last = Integer.MAX_VALUE;
    Map<Path, Inode> found = loss == Loss.NAMES ? syncedNames : names;
    Map<Path, Inode> kept = new TreeMap<>(found);
    for (Inode inode : kept.values()) {
      boolean synced = Arrays.equals(inode.content, inode.synced);
      inode.content =
          switch (loss) {
            case NONE -> inode.content;
            case NAMES -> inode.synced;
            case CONTENTS -> synced ? inode.content : new byte[0];
            case HALF ->
                synced ? inode.content : Arrays.copyOf(inode.content, inode.content.length / 2);
          };
      inode.synced = inode.content;
    }
    names.clear();
    names.putAll(kept);
    syncedNames.clear();
    syncedNames.putAll(kept);
  }

  private void step() throws PowerLoss {
    if (steps >= last) {
      throw new PowerLoss();
    }
    steps++;
  }

  private Inode inode(Path file) throws IOException {
    Inode inode = names.get(file);
    if (inode == null) {
      throw new NoSuchFileException(file.toString());
    }
    return inode;
  }

  @Override
  public void makeFolder(Path folder) throws IOException {
    step();
  }

  @Override
  public void write(Path file, byte[] content) throws IOException {
    step();
    Inode inode = new Inode();
    inode.content = content.clone();
    names.put(file, inode);
  }

  @Override
  public void sync(Path file) throws IOException {
    step();
    Inode inode = inode(file);
    inode.synced = inode.content;
  }

  @Override
  public void syncFolder(Path folder) throws IOException {
    step();
    syncedNames.keySet().removeIf(file -> folder.equals(file.getParent()));
    names.forEach(
        (file, inode) -> {
          if (folder.equals(file.getParent())) {
            syncedNames.put(file, inode);
          }
        });
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step();
    Inode inode = inode(from);
    names.remove(from);
    names.put(to, inode);
  }

  @Override
  public void delete(Path file) throws IOException {
    step();
    names.remove(file);
  }

  @Override
  public List<Path> list(Path folder) {
    List<Path> entries = new ArrayList<>();
    for (Path file : names.keySet()) {
      if (file.startsWith(folder) && !file.equals(folder)) {
        Path entry = folder.resolve(folder.relativize(file).getName(0));
        if (!entries.contains(entry)) {
          entries.add(entry);
        }
      }
    }
    return entries;
  }

  @Override
  public byte[] read(Path file) throws IOException {
    return inode(file).content.clone();
  }
}
