package dev.adit.vfiouser;

import dev.adit.vfiouser.posix.Libc;
import dev.adit.vfiouser.posix.OpenFiles;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** An eventfd on which a write blocks when it is full, as a client may give us one. */
final class BlockingCounter implements AutoCloseable {
  private static final MethodHandle CREATE = Libc.function("eventfd", Libc.INT, Libc.INT, Libc.INT);
  private static final MethodHandle WRITE =
      Libc.function("write", Libc.LONG, Libc.INT, Libc.POINTER, Libc.LONG);

  final int fd;

  BlockingCounter() {
    try {
      fd = (int) CREATE.invokeExact(Libc.state(), 0, 0);
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  void fill() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment most = arena.allocateFrom(ValueLayout.JAVA_LONG, 0xfffffffffffffffeL);
      long written = (long) WRITE.invokeExact(Libc.state(), fd, most, 8L);
      if (written != 8) {
        throw new AssertionError("not filled");
      }
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  @Override
  public void close() {
    OpenFiles.close(fd);
  }
}
