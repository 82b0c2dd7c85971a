package dev.adit.host;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.post.PostedDescriptors;
import dev.adit.interrupts.post.PostingHost;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.store.StoreTraits;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

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
  private final PostedDescriptors.@Nullable Post[] posts =
      new PostedDescriptors.Post[HostRemapper.COUNT];
  private final LongAdder delivered = new LongAdder();
  private final LongAdder strayed = new LongAdder();
  private final LongAdder intoHost = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final Map<FaultReason, LongAdder> faults = new EnumMap<>(FaultReason.class);
  private volatile Landing landing = (descriptor, vector) -> {};

  HostTenant(HostRemapper host, int number, int requesterId, int pasid) {
    this.host = host;
    this.number = number;
    this.requesterId = requesterId;
    this.pasid = pasid;
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

  private void landed(int descriptor, int vector) {
    received.increment();
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
    return post(descriptor).target(vector);
  }

  /** {@return a descriptor, which is taken when it is needed first} */
  private synchronized PostedDescriptors.Post post(int descriptor) {
    PostedDescriptors.Post post = posts[descriptor];
    if (post == null) {
      post = host.descriptors().open(vector -> landed(descriptor, vector));
      posts[descriptor] = post;
    }
    return post;
  }

  @Override
  public void send(long address, int data, int sender, int taggedWith) {
    Outcome outcome = new Outcome(host.remapper().remap(address, data, requesterId, pasid));
    if (outcome.kind() == Outcome.Kind.FAULT) {
      outcome.reason().map(faults::get).ifPresent(LongAdder::increment);
    } else if (outcome.arrived()) {
      delivered.increment();
      int owner = host.owner(outcome);
      if (owner == PostingHost.NOBODY) {
        intoHost.increment();
      } else if (owner != number) {
        strayed.increment();
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
    return host.domain().allocate(mine, requesterId, target);
  }

  /** {@return how many messages of its function came through} */
  public long delivered() {
    return delivered.sum();
  }

  /** {@return how many of those reached another tenant} */
  public long strayed() {
    return strayed.sum();
  }

  /** {@return how many of those reached a processor of the host itself} */
  public long intoHost() {
    return intoHost.sum();
  }

  /** {@return how many messages came out for it, whoever sent them} */
  public long received() {
    return received.sum();
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
