package dev.adit.vfiouser.posix;

import dev.adit.vfiouser.VfioUserException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Finds functions of the C library. The classes that hold them ({@link Sockets}, {@link OpenFiles},
 * {@link Eventfds}, {@link Epoll}) return what the function returned, or the negated errno.
 */
public final class Libc {
  /** Linux errno values (asm-generic/errno-base.h and errno.h). */
  public static final int EPERM = 1,
      ENOENT = 2,
      EINTR = 4,
      EIO = 5,
      EAGAIN = 11,
      ENOMEM = 12,
      EACCES = 13,
      EFAULT = 14,
      EBUSY = 16,
      EEXIST = 17,
      ENODEV = 19,
      EINVAL = 22,
      ENFILE = 23,
      EMFILE = 24,
      ENOSPC = 28,
      EPIPE = 32,
      ENOSYS = 38,
      EPROTO = 71,
      EOPNOTSUPP = 95,
      ECONNRESET = 104,
      ETIMEDOUT = 110;

  public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  public static final ValueLayout POINTER = ValueLayout.ADDRESS;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> STATES =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private Libc() {}

  /** {@return a handle on a function; its first parameter is {@link #state}} */
  public static MethodHandle function(String name, ValueLayout result, ValueLayout... parameters) {
    return link(name, FunctionDescriptor.of(result, parameters));
  }

  /** {@return a handle on a function whose parameters from {@code fixed} on are variadic} */
  static MethodHandle variadic(
      String name, int fixed, ValueLayout result, ValueLayout... parameters) {
    return link(
        name, FunctionDescriptor.of(result, parameters), Linker.Option.firstVariadicArg(fixed));
  }

  @SuppressWarnings("restricted") // native access is this module's job
  private static MethodHandle link(
      String name, FunctionDescriptor descriptor, Linker.Option... more) {
    Linker.Option[] options = new Linker.Option[more.length + 1];
    options[0] = Linker.Option.captureCallState("errno");
    System.arraycopy(more, 0, options, 1, more.length);
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
  }

  /** {@return where the calling thread's errno is captured} */
  public static MemorySegment state() {
    return STATES.get();
  }

  /** {@return the errno of the last call that captured into {@code state}} */
  static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  /** {@return the result of a call, or its negated errno} */
  static int result(MemorySegment state, long result) {
    return result < 0 ? -errno(state) : (int) result;
  }

  /** {@return whether a call has to be made again because a signal interrupted it} */
  static boolean interrupted(MemorySegment state, long result) {
    return result < 0 && errno(state) == EINTR;
  }

  /** A downcall can fail in no way but by a mistake of ours. */
  public static AssertionError unexpected(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return new AssertionError(cause);
  }

  /** {@return a result that must not be an error} */
  public static int check(String what, int result) {
    if (result < 0) {
      throw new VfioUserException(what, -result);
    }
    return result;
  }
}
