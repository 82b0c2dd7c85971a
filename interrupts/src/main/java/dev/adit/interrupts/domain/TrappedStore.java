package dev.adit.interrupts.domain;

import dev.adit.interrupts.Bytes;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.spec.MessageEntry;
import dev.adit.interrupts.store.MsixTable;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a hypervisor shows a guest in place of a store: trap and translate. The registers keep what
 * the guest writes, which means something to the guest only. When the guest unmasks an entry, its
 * pair is read as the guest's interrupt controller would read it, an interrupt is allocated on the
 * physical machine, and its pair goes into the real store. Masks are passed on; pending is the real
 * store's.
 *
 * <p>Entries have the layout of {@link MsixTable}: address, data, mask. Safe for several threads.
 */
public final class TrappedStore implements RegisterWindow {

  private final BusDomain real;
  private final boolean sameEntry;
  private final Cookie cookie;
  private final Function<Message, Optional<Target>> controller;
  private final long[] address;
  private final int[] data;
  private final boolean[] open;
  private final BusDomain.@Nullable Interrupt[] backing;
  private long traps;

  /**
   * Makes the registers of a masked, empty store.
   *
   * @param size entries that the guest sees
   * @param real where the entries are backed
   * @param sameEntry whether entry n is backed by entry n, for a function passed as a whole; else
   *     by any that is free
   * @param cookie whose the interrupts are
   * @param controller reads a pair as the guest's interrupt controller does; empty for one that
   *     would lead nowhere
   */
  public TrappedStore(
      int size,
      BusDomain real,
      boolean sameEntry,
      Cookie cookie,
      Function<Message, Optional<Target>> controller) {
    this.real = real;
    this.sameEntry = sameEntry;
    this.cookie = cookie;
    this.controller = controller;
    address = new long[size];
    data = new int[size];
    open = new boolean[size];
    backing = new BusDomain.Interrupt[size];
  }

  /** {@return how many accesses were intercepted} */
  public synchronized long traps() {
    return traps;
  }

  /** {@return the real entry behind one of the guest's, or -1} */
  public synchronized int entry(int index) {
    BusDomain.Interrupt interrupt = index >= 0 && index < size() ? backing[index] : null;
    return interrupt == null ? -1 : interrupt.index();
  }

  /** Gives all real entries back, when the function is reset or the VM goes. */
  public synchronized void reset() {
    for (int i = 0; i < size(); i++) {
      close(i);
    }
    Arrays.fill(address, 0);
    Arrays.fill(data, 0);
    Arrays.fill(open, false);
  }

  /**
   * Translates all open entries again, when the guest has changed its own remapping table; what the
   * caching mode of a virtual unit is for.
   */
  public synchronized void translateAgain() {
    for (int i = 0; i < size(); i++) {
      if (open[i]) {
        translate(i);
      }
    }
  }

  @Override
  public synchronized long read(long offset, int width) {
    traps++;
    if (!covers(offset, width)) {
      return Bytes.ones(width);
    }
    int entry = (int) (offset / MessageEntry.BYTES);
    int within = (int) (offset % MessageEntry.BYTES);
    return Bytes.get(half(entry, within), within % 8, width);
  }

  @Override
  public synchronized void write(long offset, int width, long value) {
    traps++;
    if (!covers(offset, width)) {
      return;
    }
    int entry = (int) (offset / MessageEntry.BYTES);
    int within = (int) (offset % MessageEntry.BYTES);
    long half = Bytes.set(half(entry, within), within % 8, width, value);
    if (within < 8) {
      address[entry] = half & ~3L;
      return;
    }
    data[entry] = (int) half;
    if (within + width > MessageEntry.CONTROL) {
      open[entry] = (half >>> 32 & MessageEntry.MASK) == 0;
      if (!open[entry] && backing[entry] != null) {
        backing[entry].mask(true);
      }
    }
    if (open[entry]) {
      translate(entry);
    }
  }

  private long half(int entry, int within) {
    long control = open[entry] ? 0 : (long) MessageEntry.MASK << 32;
    return within < 8 ? address[entry] : Integer.toUnsignedLong(data[entry]) | control;
  }

  private void translate(int entry) {
    Optional<Target> target = controller.apply(new Message(address[entry], data[entry]));
    if (target.isEmpty()) {
      close(entry);
      return;
    }
    try {
      BusDomain.Interrupt interrupt = backing[entry];
      if (interrupt == null) {
        interrupt =
            sameEntry
                ? real.allocate(entry, cookie, target.get())
                : real.allocate(cookie, target.get());
        backing[entry] = interrupt;
      } else {
        interrupt.retarget(target.get());
      }
      interrupt.mask(false);
    } catch (DomainException e) {
      // Quota or exhaustion: the guest's entry stays without effect, like a wire nobody connected.
      close(entry);
    }
  }

  private void close(int entry) {
    BusDomain.Interrupt interrupt = backing[entry];
    if (interrupt != null) {
      backing[entry] = null;
      interrupt.release();
    }
  }

  private int size() {
    return address.length;
  }

  private boolean covers(long offset, int width) {
    return Bytes.shaped(offset, width) && offset < (long) size() * MessageEntry.BYTES;
  }
}
