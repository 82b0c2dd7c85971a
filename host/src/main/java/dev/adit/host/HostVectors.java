package dev.adit.host;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.InterruptBus;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.store.StoreTraits;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What a hypervisor does on a machine without remapping unit: each of a guest's interrupts takes a
 * vector of one of the host's processors, whose handler injects it. Whoever names that processor
 * and vector in a message reaches the guest.
 */
final class HostVectors implements MessageDomain, InterruptBus {
  /** Takes what a handler injects. */
  @FunctionalInterface
  interface Injection {
    /** An interrupt for a vector of what would be a posted-interrupt descriptor. */
    void inject(long descriptor, int vector);
  }

  private static final int VECTORS = 256;

  private final VectorDomain vectors;
  private final Injection injection;
  private final int processors;
  private final AtomicReferenceArray<Target.@Nullable Posted> handlers;

  HostVectors(VectorDomain vectors, int processors, Injection injection) {
    this.vectors = vectors;
    this.injection = injection;
    this.processors = processors;
    handlers = new AtomicReferenceArray<>(processors * VECTORS);
  }

  @Override
  public void deliver(int destination, int vector, int attributes) {
    boolean there = destination >= 0 && destination < processors;
    Target.Posted handler = there ? handlers.get(destination * VECTORS + vector) : null;
    if (handler != null) {
      injection.inject(handler.descriptor(), handler.vector());
    }
  }

  /** {@return whose handler stands behind a vector: what would be its descriptor, or -1} */
  long descriptor(int processor, int vector) {
    boolean there = processor >= 0 && processor < processors;
    Target.Posted handler = there ? handlers.get(processor * VECTORS + vector) : null;
    return handler == null ? -1 : handler.descriptor();
  }

  @Override
  public String name() {
    return vectors.name();
  }

  @Override
  public void require(StoreTraits store) {
    vectors.require(store);
  }

  @Override
  public Allocation allocate(Cookie cookie, int requesterId, Target target) {
    Allocation host = vectors.allocate(cookie, requesterId, Target.ANY_CPU);
    Handled handled = new Handled(host);
    handled.handle(target);
    return handled;
  }

  private final class Handled implements Allocation {
    private final Allocation host;

    Handled(Allocation host) {
      this.host = host;
    }

    private void handle(@Nullable Target target) {
      Message message = host.message();
      int cpu = CompatibilityMessage.extendedDestination(message.address());
      int at = cpu * VECTORS + CompatibilityMessage.vector(message.data());
      handlers.set(at, target instanceof Target.Posted posted ? posted : null);
    }

    @Override
    public Message message() {
      return host.message();
    }

    @Override
    public int cpu() {
      return host.cpu();
    }

    @Override
    public int vector() {
      return host.vector();
    }

    @Override
    public boolean retarget(Target target) {
      handle(target);
      return false;
    }

    @Override
    public void settle() {
      host.settle();
    }

    @Override
    public void release() {
      handle(null);
      host.release();
    }
  }
}
