package dev.adit.host;

import dev.adit.devices.PciFunction;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.TrappedStore;
import dev.adit.interrupts.spec.EntryFormat;
import dev.adit.interrupts.store.ImsChip;
import java.util.Optional;
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
  private static final int PER_DESCRIPTOR = 128;
  private static final int FIRST_VECTOR = 64;

  private final StoreWindow window;
  private final TrappedStore store;
  private final AtomicReferenceArray<@Nullable Message> live;
  private final MessageSink guest;
  private final HostTenant tenant;

  /**
   * Puts it between a function and a guest.
   *
   * @param function sends to {@code tenant}
   * @param format of its store's entries
   * @param bar where its store is
   * @param offset where in the BAR
   * @param entries how many
   * @param tenant the guest as the host's remapper knows it
   * @param guest takes the guest's messages
   */
  public TrappedIms(
      PciFunction function,
      EntryFormat format,
      int bar,
      long offset,
      int entries,
      HostTenant tenant,
      MessageSink guest) {
    super(function);
    this.guest = guest;
    this.tenant = tenant;
    window = new StoreWindow(function, bar, offset, entries);
    live = new AtomicReferenceArray<>(entries);
    BusDomain domain =
        new BusDomain(
            tenant,
            new ImsChip(format, window, entries),
            tenant.requesterId(),
            new Quotas("store entries", entries),
            _ -> {});
    Cookie cookie = new Cookie(tenant.number(), MessageStore.NO_PASID, 0);
    store = new TrappedStore(format, entries, domain, true, cookie, new Pairs());
    tenant.land(this::landed);
  }

  /** Every entry of the guest's leads to a vector of the tenant's, which stands for its pair. */
  private final class Pairs implements TrappedStore.Controller {
    @Override
    public Optional<Target> read(int entry, Message message) {
      live.set(entry, message);
      int vector = FIRST_VECTOR + entry % PER_DESCRIPTOR;
      return Optional.of(tenant.target(entry / PER_DESCRIPTOR, vector));
    }

    @Override
    public void closed(int entry) {
      live.set(entry, null);
    }
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
    return window.holds(bar, offset)
        ? store.read(offset - window.offset(), width)
        : function.read(bar, offset, width);
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    if (window.holds(bar, offset)) {
      store.write(offset - window.offset(), width, value);
    } else {
      function.write(bar, offset, width, value);
    }
  }

  @Override
  void revoke() {
    store.reset();
  }
}
