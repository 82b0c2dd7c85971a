package dev.adit.vfiouser.dma;

import dev.adit.vfiouser.posix.OpenFiles;
import java.lang.foreign.MemorySegment;

/** What holds the bytes of a {@link Mapping}. */
public sealed interface Backing {
  /** No file: the client is asked for each access. */
  Backing MESSAGES = new Messages();

  /** Gives up one use. By the connection's thread, when nobody accesses it any more. */
  void release();

  /** The client itself, by DMA_READ and DMA_WRITE. */
  final class Messages implements Backing {
    private Messages() {}

    @Override
    public void release() {}
  }

  /** A file of the client: uses are counted, and the last one closes it. */
  abstract sealed class File implements Backing permits Mapped, Called {
    final BackingFiles.Key key;
    private final BackingFiles files;
    private int uses;

    File(BackingFiles files, BackingFiles.Key key) {
      this.files = files;
      this.key = key;
    }

    final void use() {
      uses++;
    }

    @Override
    public final void release() {
      if (--uses == 0) {
        files.forget(this);
        dispose();
      }
    }

    /** {@return how many bytes can be reached} */
    abstract long size();

    abstract void dispose();
  }

  /** A file that is mapped from its start to its end, and can never become shorter. */
  final class Mapped extends File {
    final MemorySegment segment;

    Mapped(BackingFiles files, BackingFiles.Key key, MemorySegment segment) {
      super(files, key);
      this.segment = segment;
    }

    @Override
    long size() {
      return segment.byteSize();
    }

    @Override
    void dispose() {
      OpenFiles.unmap(segment.address(), segment.byteSize());
    }
  }

  /** A file that may become shorter at any time: touched by pread and pwrite only. */
  final class Called extends File {
    final int fd;
    private final long size;

    Called(BackingFiles files, BackingFiles.Key key, int fd, long size) {
      super(files, key);
      this.fd = fd;
      this.size = size;
    }

    @Override
    long size() {
      return size;
    }

    @Override
    void dispose() {
      OpenFiles.close(fd);
    }
  }
}
