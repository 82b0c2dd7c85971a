package dev.adit.host;

import dev.adit.devices.PciFunction;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.store.ImsChip;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A function whose interrupt message store a guest programs, by trap and translate: the guest's
 * writes are kept here, the real entry gets a pair that the host has composed, and when that
 * interrupt comes out of the host's remapper, the guest's pair is sent to the guest as its own
 * message. What the pair means is the guest's business, so a guest with a remapping unit of its own
 * is served as well.
 *
 * <p>Register accesses come from one thread.
 */
public final class TrappedIms extends PassedStore {
  private static final int CONTROL = 12;
  private static final int MASK = 1;
  private static final int FREE = MASK | 1 << 2;
  private static final long RESET_ADDRESS = 0xFEE0_0000L;
  private static final int PER_DESCRIPTOR = 128;
  private static final int FIRST_VECTOR = 64;

  private final StoreWindow window;
  private final BusDomain domain;
  private final Cookie cookie;
  private final long[] address;
  private final long[] rest;
  private final BusDomain.@Nullable Interrupt[] backing;
  private final AtomicReferenceArray<@Nullable Message> live;
  private final MessageSink guest;
  private final HostTenant tenant;

  /**
   * Puts it between a function and a guest.
   *
   * @param function sends to {@code tenant}
   * @param bar where its store is
   * @param offset where in the BAR
   * @param entries how many
   * @param tenant the guest as the host's remapper knows it
   * @param guest takes the guest's messages
   */
  public TrappedIms(
      PciFunction function,
      int bar,
      long offset,
      int entries,
      HostTenant tenant,
      MessageSink guest) {
    super(function);
    this.guest = guest;
    this.tenant = tenant;
    window = new StoreWindow(function, bar, offset, entries);
    cookie = new Cookie(tenant.number(), MessageStore.NO_PASID, 0);
    ImsChip chip = new ImsChip(window, entries);
    domain =
        new BusDomain(
            tenant, chip, tenant.requesterId(), new Quotas("store entries", entries), _ -> {});
    address = new long[entries];
    rest = new long[entries];
    backing = new BusDomain.Interrupt[entries];
    live = new AtomicReferenceArray<>(entries);
    forget();
    tenant.land(this::landed);
  }

  private void landed(int descriptor, int vector) {
    int entry = descriptor * PER_DESCRIPTOR + vector - FIRST_VECTOR;
    Message message = entry >= 0 && entry < live.length() ? live.get(entry) : null;
    if (message != null) {
      guest.send(message.address(), message.data(), tenant.requesterId(), MessageStore.NO_PASID);
    }
  }

  @Override
  public int held() {
    int count = 0;
    for (int entry = 0; entry < live.length(); entry++) {
      count += live.get(entry) == null ? 0 : 1;
    }
    return count;
  }

  @Override
  public long read(int bar, long offset, int width) {
    if (!window.holds(bar, offset)) {
      return function.read(bar, offset, width);
    }
    long at = offset - window.offset();
    int entry = (int) (at / StoreWindow.ENTRY);
    int within = (int) (at % StoreWindow.ENTRY);
    // Pending is the real entry's.
    long pending = (window.read((long) entry * StoreWindow.ENTRY + CONTROL, 4) & 2) << 32;
    long half = within < 8 ? address[entry] : rest[entry] | pending;
    long shifted = half >>> (within % 8 * 8);
    return width >= 8 ? shifted : shifted & ((1L << (width * 8)) - 1);
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    if (!window.holds(bar, offset)) {
      function.write(bar, offset, width, value);
      return;
    }
    long at = offset - window.offset();
    int entry = (int) (at / StoreWindow.ENTRY);
    int within = (int) (at % StoreWindow.ENTRY);
    int shift = within % 8 * 8;
    long mask = (width >= 8 ? -1L : (1L << (width * 8)) - 1) << shift;
    if (within < 8) {
      long written = (address[entry] & ~mask) | ((value << shift) & mask);
      if (written >>> 20 == RESET_ADDRESS >>> 20) {
        address[entry] = written & ~3L;
      }
    } else {
      rest[entry] = (rest[entry] & ~mask) | ((value << shift) & mask & ~(2L << 32));
      changed(entry);
    }
  }

  private void changed(int entry) {
    int control = (int) (rest[entry] >>> 32);
    if ((control & FREE) == FREE) {
      release(entry);
    } else if ((control & MASK) == 0) {
      live.set(entry, new Message(address[entry], (int) rest[entry]));
      open(entry);
    } else {
      BusDomain.Interrupt interrupt = backing[entry];
      if (interrupt != null) {
        interrupt.mask(true);
      }
    }
  }

  /** Backs an entry and lets it through. A device reset may have emptied the real one meanwhile. */
  private void open(int entry) {
    BusDomain.Interrupt interrupt = backing[entry];
    long at = (long) entry * StoreWindow.ENTRY;
    if (interrupt != null && window.read(at, 8) != interrupt.message().address()) {
      interrupt.release();
      interrupt = null;
    }
    if (interrupt == null) {
      int descriptor = entry / PER_DESCRIPTOR;
      int vector = FIRST_VECTOR + entry % PER_DESCRIPTOR;
      interrupt = domain.allocate(entry, cookie, tenant.target(descriptor, vector));
      backing[entry] = interrupt;
    }
    interrupt.mask(false);
  }

  private void release(int entry) {
    live.set(entry, null);
    BusDomain.Interrupt interrupt = backing[entry];
    if (interrupt != null) {
      backing[entry] = null;
      interrupt.release();
    }
  }

  private void forget() {
    for (int entry = 0; entry < rest.length; entry++) {
      address[entry] = RESET_ADDRESS;
      rest[entry] = (long) MASK << 32;
    }
  }

  @Override
  void revoke() {
    for (int entry = 0; entry < rest.length; entry++) {
      release(entry);
    }
    forget();
  }
}
