package dev.adit.host;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.spec.PostedDescriptor;
import dev.adit.interrupts.store.StoreTraits;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * A tenant of {@link HostRemapper}: composes messages for its function, takes what comes out for
 * it, and keeps account of what its function sends.
 */
public final class HostTenant implements MessageSink, MessageDomain {
  /** Takes what was posted; neither blocks nor allocates. */
  @FunctionalInterface
  interface Landing {
    /** An interrupt has come for a vector of a descriptor of this tenant. */
    void posted(int descriptor, int vector);
  }

  private static final int FIRST_VECTOR = 0x40;

  private final HostRemapper host;
  private final int number;
  private final int requesterId;
  private final int pasid;
  private final long descriptors;
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong strayed = new AtomicLong();
  private final AtomicLong intoHost = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final Map<FaultReason, LongAdder> faults = new EnumMap<>(FaultReason.class);
  private volatile Landing landing = (descriptor, vector) -> {};

  HostTenant(HostRemapper host, int number, int requesterId, int pasid, long descriptors) {
    this.host = host;
    this.number = number;
    this.requesterId = requesterId;
    this.pasid = pasid;
    this.descriptors = descriptors;
    for (FaultReason reason : FaultReason.values()) {
      faults.put(reason, new LongAdder());
    }
  }

  /** {@return the tenant's number, which tells it from others} */
  public int number() {
    return number;
  }

  /** {@return the function's requester ID} */
  public int requesterId() {
    return requesterId;
  }

  /** {@return what is checked of its messages} */
  HostRemapper host() {
    return host;
  }

  /** Says who takes what is posted from now on. */
  void land(Landing newLanding) {
    landing = newLanding;
  }

  void landed(int descriptor, int vector) {
    received.incrementAndGet();
    landing.posted(descriptor, vector);
  }

  /** Allocates interrupts for vectors of its first processor, and leaves it at that. */
  public void hold(int interrupts) {
    for (int i = 0; i < interrupts; i++) {
      Allocation _ = allocate(Cookie.HOST, requesterId, target(0, FIRST_VECTOR + i));
    }
  }

  /** {@return a vector of a descriptor as the end of an interrupt} */
  Target.Posted target(int descriptor, int vector) {
    long at = descriptors + (long) descriptor * PostedDescriptor.BYTES;
    return new Target.Posted(at, vector, false);
  }

  @Override
  public void send(long address, int data, int sender, int taggedWith) {
    Outcome outcome = new Outcome(host.remapper().remap(address, data, requesterId, pasid));
    if (outcome.kind() == Outcome.Kind.FAULT) {
      outcome.reason().map(faults::get).ifPresent(LongAdder::increment);
    } else if (outcome.arrived()) {
      delivered.incrementAndGet();
      int owner = host.owner(outcome);
      if (owner == HostRemapper.NOBODY) {
        intoHost.incrementAndGet();
      } else if (owner != number) {
        strayed.incrementAndGet();
      }
    }
  }

  @Override
  public String name() {
    return host.domain().name();
  }

  @Override
  public void require(StoreTraits store) {
    host.domain().require(store);
  }

  /** Allocates for this tenant's function, whatever else is asked for. */
  @Override
  public Allocation allocate(Cookie cookie, int sender, Target target) {
    Cookie mine = new Cookie(number, pasid, cookie.queue());
    Owned owned = new Owned(host.domain().allocate(mine, requesterId, target));
    host.own(owned.message(), number);
    return owned;
  }

  /** An interrupt of this tenant: whoever sends its message reaches the tenant. */
  private final class Owned implements Allocation {
    private final Allocation inner;

    Owned(Allocation inner) {
      this.inner = inner;
    }

    @Override
    public Message message() {
      return inner.message();
    }

    @Override
    public int cpu() {
      return inner.cpu();
    }

    @Override
    public int vector() {
      return inner.vector();
    }

    @Override
    public boolean retarget(Target target) {
      boolean changed = inner.retarget(target);
      if (changed) {
        host.own(message(), number);
      }
      return changed;
    }

    @Override
    public void settle() {
      inner.settle();
    }

    @Override
    public void release() {
      inner.release();
    }
  }

  /** {@return how many messages of its function came through} */
  public long delivered() {
    return delivered.get();
  }

  /** {@return how many of those reached another tenant} */
  public long strayed() {
    return strayed.get();
  }

  /** {@return how many of those reached a processor of the host itself} */
  public long intoHost() {
    return intoHost.get();
  }

  /** {@return how many messages came out for it, whoever sent them} */
  public long received() {
    return received.get();
  }

  /**
   * {@return how many messages of its function were stopped, by reason; reasons that did not occur
   * are left out}
   */
  public Map<FaultReason, Long> faults() {
    Map<FaultReason, Long> counts = new EnumMap<>(FaultReason.class);
    faults.forEach(
        (reason, count) -> {
          if (count.sum() > 0) {
            counts.put(reason, count.sum());
          }
        });
    return counts;
  }
}
