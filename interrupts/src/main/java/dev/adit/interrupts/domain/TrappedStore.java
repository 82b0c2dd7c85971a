package dev.adit.interrupts.domain;

import dev.adit.interrupts.Bytes;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.RegisterWindow;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.spec.EntryFormat;
import dev.adit.interrupts.spec.MessageEntry;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a hypervisor shows a guest in place of a store: trap and translate, for every kind of store
 * in registers. The registers keep what the guest writes, which means something to the guest only.
 * When the guest unmasks an entry, its pair is read as the guest's interrupt controller would read
 * it, an interrupt is allocated on the physical machine, and its pair goes into the real store.
 * Masks are passed on; pending is the real store's.
 *
 * <p>Entries are laid out as {@link MessageEntry} has it. Where the format lets software say that
 * an entry is to ignore what fires it, one that is masked as well is given back. Safe for several
 * threads.
 */
public final class TrappedStore implements RegisterWindow {
  /** Says where a guest's interrupts lead. */
  @FunctionalInterface
  public interface Controller {
    /**
     * Reads a pair as the guest's interrupt controller does, or will do.
     *
     * @param entry the guest's, which holds the pair
     * @return where it leads on the physical machine; empty for a pair that would lead nowhere
     */
    Optional<Target> read(int entry, Message message);

    /** An entry leads nowhere any more. */
    default void closed(int entry) {}
  }

  private final EntryFormat format;
  private final BusDomain real;
  private final boolean sameEntry;
  private final Cookie cookie;
  private final Controller controller;
  private final long[] address;
  private final int[] data;
  private final int[] control;
  private final BusDomain.@Nullable Interrupt[] backing;
  private final @Nullable Target[] targets;
  private long traps;

  /**
   * Makes the registers of a store in its reset state.
   *
   * @param format of the entries that the guest sees
   * @param size how many
   * @param real where the entries are backed
   * @param sameEntry whether entry n is backed by entry n, for a function passed as a whole; else
   *     by any that is free
   * @param cookie whose the interrupts are
   * @param controller where they lead
   */
  public TrappedStore(
      EntryFormat format,
      int size,
      BusDomain real,
      boolean sameEntry,
      Cookie cookie,
      Controller controller) {
    this.format = format;
    this.real = real;
    this.sameEntry = sameEntry;
    this.cookie = cookie;
    this.controller = controller;
    address = new long[size];
    data = new int[size];
    control = new int[size];
    backing = new BusDomain.Interrupt[size];
    targets = new Target[size];
    forget();
  }

  private void forget() {
    Arrays.fill(address, format.resetAddress());
    Arrays.fill(data, 0);
    Arrays.fill(control, MessageEntry.MASK);
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
    forget();
  }

  /**
   * Translates all open entries again, when the guest has changed its own remapping table; what the
   * caching mode of a virtual unit is for.
   */
  public synchronized void translateAgain() {
    for (int i = 0; i < size(); i++) {
      if (open(i)) {
        translate(i);
      }
    }
  }

  private boolean open(int entry) {
    return (control[entry] & MessageEntry.MASK) == 0;
  }

  @Override
  public synchronized long read(long offset, int width) {
    traps++;
    if (!covers(offset, width)) {
      return Bytes.ones(width);
    }
    int entry = (int) (offset / MessageEntry.BYTES);
    int within = (int) (offset % MessageEntry.BYTES);
    if (within < MessageEntry.DATA) {
      return Bytes.get(address[entry], within, width);
    }
    BusDomain.Interrupt interrupt = backing[entry];
    boolean pending = format.pending() != 0 && interrupt != null && interrupt.pending();
    long shown = pending ? (long) format.pending() << 32 : 0;
    return Bytes.get(dataAndControl(entry) | shown, within - MessageEntry.DATA, width);
  }

  @Override
  public synchronized void write(long offset, int width, long value) {
    traps++;
    if (!covers(offset, width)) {
      return;
    }
    int entry = (int) (offset / MessageEntry.BYTES);
    int within = (int) (offset % MessageEntry.BYTES);
    if (within < MessageEntry.DATA) {
      address[entry] =
          format.address(address[entry], Bytes.set(address[entry], within, width, value));
      return;
    }
    long half = Bytes.set(dataAndControl(entry), within - MessageEntry.DATA, width, value);
    data[entry] = (int) half;
    control[entry] = (int) (half >>> 32) & format.writable();
    if (open(entry)) {
      translate(entry);
    } else if ((control[entry] & format.ignore()) != 0) {
      close(entry);
    } else if (within + width > MessageEntry.CONTROL) {
      mask(entry);
    }
  }

  private long dataAndControl(int entry) {
    return Integer.toUnsignedLong(data[entry]) | (long) control[entry] << 32;
  }

  private void mask(int entry) {
    BusDomain.Interrupt interrupt = backing[entry];
    if (interrupt != null) {
      interrupt.mask(true);
    }
  }

  private void translate(int entry) {
    Optional<Target> target = controller.read(entry, new Message(address[entry], data[entry]));
    if (target.isEmpty()) {
      close(entry);
      return;
    }
    try {
      back(entry, target.get()).mask(false);
    } catch (DomainException e) {
      // Quota or exhaustion: the guest's entry stays without effect, like a wire nobody connected.
      close(entry);
    }
  }

  private BusDomain.Interrupt back(int entry, Target target) {
    BusDomain.Interrupt interrupt = backing[entry];
    if (interrupt != null && !interrupt.stored()) {
      backing[entry] = null;
      interrupt.release();
      interrupt = null;
    }
    if (interrupt == null) {
      interrupt = sameEntry ? real.allocate(entry, cookie, target) : real.allocate(cookie, target);
      backing[entry] = interrupt;
    } else if (!target.equals(targets[entry])) {
      interrupt.retarget(target);
    }
    targets[entry] = target;
    return interrupt;
  }

  private void close(int entry) {
    controller.closed(entry);
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
