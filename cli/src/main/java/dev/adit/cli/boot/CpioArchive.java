package dev.adit.cli.boot;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Writes a cpio archive of the "new ASCII" format, as the Linux kernel reads it for its initial
 * file system (Documentation/driver-api/early-userspace/buffer-format). Several archives behind one
 * another are one file system, in which later files replace earlier ones.
 */
final class CpioArchive {
  private static final int DIRECTORY = 0040755;
  private static final int PROGRAM = 0100755;
  private static final int FILE = 0100644;
  private static final int ALIGNMENT = 4;

  private final OutputStream out;
  private final Set<String> folders = new HashSet<>();
  private int inode;

  CpioArchive(OutputStream out) {
    this.out = out;
  }

  /**
   * Adds a file and the folders above it.
   *
   * @param path without a leading slash
   */
  void add(String path, byte[] content, boolean executable) throws IOException {
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      if (folders.add(path.substring(0, slash))) {
        entry(path.substring(0, slash), DIRECTORY, new byte[0]);
      }
    }
    entry(path, executable ? PROGRAM : FILE, content);
  }

  /** Ends the archive; another may follow on the same stream. */
  void end() throws IOException {
    entry("TRAILER!!!", 0, new byte[0]);
  }

  private void entry(String name, int mode, byte[] content) throws IOException {
    byte[] bytes = (name + '\0').getBytes(StandardCharsets.UTF_8);
    // magic, inode, mode, uid, gid, links, mtime, size, device, device of a node, name, checksum
    String header =
        "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X"
            .formatted(++inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, bytes.length, 0);
    out.write(header.getBytes(StandardCharsets.US_ASCII));
    out.write(bytes);
    pad(header.length() + bytes.length);
    out.write(content);
    pad(content.length);
  }

  private void pad(int length) throws IOException {
    out.write(new byte[(ALIGNMENT - length % ALIGNMENT) % ALIGNMENT]);
  }
}
