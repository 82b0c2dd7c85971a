package dev.adit.vfiouser.dma;

import dev.adit.vfiouser.FilePolicy;
import dev.adit.vfiouser.VfioUserException;
import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import java.util.HashMap;
import java.util.Map;

/**
 * The files behind one client's mappings. A vIOMMU guest maps page by page, with an fd for each
 * page; all of them lead to a few files. Each file is mapped once, from start to end, and the fds
 * are closed, so thousands of mappings need neither fds nor areas of virtual memory.
 *
 * <p>Two fds are the same file if device, inode and access mode agree. That holds as long as we
 * hold the file; should a client manage to wrap the kernel's inode numbers, it would meet only
 * other memory of its own.
 */
public final class BackingFiles {
  /** What makes an open file the same as another. */
  record Key(long device, long inode, boolean writable, boolean called) {}

  private final Map<Key, Backing.File> files = new HashMap<>();
  private final FilePolicy policy;
  private final int maxFiles;
  private int open;

  public BackingFiles(FilePolicy policy, int maxFiles) {
    this.policy = policy;
    this.maxFiles = maxFiles;
  }

  /**
   * Finds or opens the file behind an fd.
   *
   * @param fd becomes ours, whatever happens
   * @param end how many bytes of the file are needed
   * @param byCalls whether the client asked for access by calls
   * @throws VfioUserException with the errno for the client
   */
  public Backing use(int fd, long end, boolean write, boolean byCalls) {
    boolean kept = false;
    try {
      OpenFiles.Stat stat = OpenFiles.stat(fd);
      int mode = OpenFiles.fcntl(fd, OpenFiles.F_GETFL, 0) & OpenFiles.O_ACCMODE;
      boolean writable = mode == OpenFiles.O_RDWR;
      if (!stat.regular() || mode == OpenFiles.O_WRONLY || (write && !writable)) {
        throw new VfioUserException("a file that cannot be used as memory", Libc.EINVAL);
      }
      if (end > stat.size()) {
        throw new VfioUserException("a mapping beyond the end of its file", Libc.EINVAL);
      }
      Key asked = new Key(stat.device(), stat.inode(), writable, byCalls);
      Backing.File file = files.get(asked);
      if (file == null && !byCalls) {
        asked = new Key(stat.device(), stat.inode(), writable, calls(fd));
        file = files.get(asked);
      }
      if (file == null || file.size() < end) {
        file = open(fd, asked, stat.size());
        kept = asked.called();
      }
      file.use();
      return file;
    } finally {
      if (!kept) {
        OpenFiles.close(fd);
      }
    }
  }

  /** {@return whether a file may not be mapped} */
  private boolean calls(int fd) {
    if (policy == FilePolicy.TRUST) {
      return false;
    }
    int seals = OpenFiles.fcntl(fd, OpenFiles.F_GET_SEALS, 0);
    boolean stays = seals > 0 && (seals & OpenFiles.F_SEAL_SHRINK) != 0 && !OpenFiles.hugePages(fd);
    if (!stays && policy == FilePolicy.REFUSE) {
      throw new VfioUserException("a file that can become shorter", Libc.EINVAL);
    }
    return !stays;
  }

  private Backing.File open(int fd, Key key, long size) {
    if (open >= maxFiles) {
      throw new VfioUserException("too many files", Libc.ENOSPC);
    }
    Backing.File file;
    if (key.called()) {
      file = new Backing.Called(this, key, fd, size);
    } else {
      int protection = OpenFiles.PROT_READ | (key.writable() ? OpenFiles.PROT_WRITE : 0);
      long address = OpenFiles.map(fd, size, protection);
      if (address < 0) {
        throw new VfioUserException("mmap", (int) -address);
      }
      file = new Backing.Mapped(this, key, OpenFiles.segment(address, size));
    }
    files.put(key, file);
    open++;
    return file;
  }

  void forget(Backing.File file) {
    files.remove(file.key, file);
    open--;
  }
}
