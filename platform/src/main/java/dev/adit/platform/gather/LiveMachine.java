package dev.adit.platform.gather;

import dev.adit.pci.FileTree;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The running machine as a tree, with what no file shows as a capture would have it: the
 * processor's hypervisor leaf.
 */
public final class LiveMachine implements FileTree {
  private static final String CPUID = "dev/cpu/0/cpuid";
  private static final int LEAF = 0x40000000;
  private final FileTree root = FileTree.directory(Path.of("/"));

  @Override
  public String origin() {
    return "this machine";
  }

  @Override
  public Optional<byte[]> read(String path) {
    return path.equals(ProcessorSigns.LEAF) ? leaf() : root.read(path);
  }

  @Override
  public boolean exists(String path) {
    return root.exists(path.equals(ProcessorSigns.LEAF) ? CPUID : path);
  }

  @Override
  public List<String> list(String path) {
    return root.list(path);
  }

  @Override
  public Optional<String> link(String path) {
    return root.link(path);
  }

  /** The device is read at the number of the leaf. */
  private static Optional<byte[]> leaf() {
    try (RandomAccessFile cpuid = new RandomAccessFile("/" + CPUID, "r")) {
      byte[] registers = new byte[16];
      cpuid.seek(LEAF);
      cpuid.readFully(registers);
      return Optional.of(registers);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
