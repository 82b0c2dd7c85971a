package dev.adit.devices;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A virtual device as its guest sees it: emulated control, and an interface of a physical function
 * behind it. Registers are for one thread at a time, everything else for any.
 */
public interface VirtualFunction extends PciFunction {
  /**
   * An interrupt has come through the entry of a vector. Neither blocks nor allocates.
   *
   * @param vector from 1 on
   */
  void complete(int vector);

  /** Tells the guest that the entries behind its vectors are others now. */
  void revoked();

  /**
   * Keeps back what the guest submits from now on.
   *
   * @return what tells that everything that went on before is done, so that {@link #save} misses
   *     nothing
   */
  BooleanSupplier suspend();

  /** Lets everything go on again. */
  void resume();

  /** {@return its state while it is suspended, for {@link AdiRequest#saved} here or elsewhere} */
  byte[] save();

  /** Tells the guest of a function that was restored that it has moved; once, when it is served. */
  void awaken();

  /**
   * Takes a deferrable memory write of 64 bytes.
   *
   * @param page of the doorbells
   * @return false for the answer Retry
   */
  default boolean enqueue(int page, MemorySegment from, long at) {
    return false;
  }

  /** {@return what it has done, and how it is, as {@link Family#quantities} declare it} */
  List<Figure> figures();

  /** {@return what has happened to it that its owner should be told, and how often} */
  List<Happening> happenings();
}
