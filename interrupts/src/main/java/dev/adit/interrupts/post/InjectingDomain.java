package dev.adit.interrupts.post;

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
 * What a hypervisor does on a machine that cannot post interrupts: each of a guest's interrupts
 * takes a vector of one of the host's processors, whose handler injects it. Whoever names that
 * processor and vector in a message reaches the guest. Interrupts for the host itself go straight
 * to the vector domain.
 */
final class InjectingDomain implements MessageDomain, InterruptBus {
  private static final int VECTORS = 256;

  /** What a vector's handler injects, and for whom. */
  private record Handler(Target.Posted target, int vm) {}

  private final VectorDomain vectors;
  private final int processors;
  private final PostedDescriptors descriptors;
  private final AtomicReferenceArray<@Nullable Handler> handlers;

  /**
   * Makes the domain, without a handler.
   *
   * @param vectors of the processors
   * @param processors how many of them have handlers
   * @param descriptors know who takes what is injected
   */
  InjectingDomain(VectorDomain vectors, int processors, PostedDescriptors descriptors) {
    this.vectors = vectors;
    this.processors = processors;
    this.descriptors = descriptors;
    handlers = new AtomicReferenceArray<>(processors * VECTORS);
  }

  private @Nullable Handler handler(int processor, int vector) {
    boolean there = processor >= 0 && processor < processors && vector >= 0 && vector < VECTORS;
    return there ? handlers.get(processor * VECTORS + vector) : null;
  }

  @Override
  public void deliver(int destination, int vector, int attributes) {
    descriptors.deliver(destination, vector, attributes);
    Handler handler = handler(destination, vector);
    if (handler != null) {
      descriptors.inject(handler.target().descriptor(), handler.target().vector());
    }
  }

  /** {@return the tenant whose handler stands behind a vector; 0 for none} */
  int owner(int processor, int vector) {
    Handler handler = handler(processor, vector);
    return handler == null ? 0 : handler.vm();
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
    if (!(target instanceof Target.Posted posted)) {
      return vectors.allocate(cookie, requesterId, target);
    }
    Injection injection =
        new Injection(vectors.allocate(cookie, requesterId, Target.ANY_CPU), cookie.vm());
    injection.handle(posted);
    return injection;
  }

  private final class Injection implements Allocation {
    private final Allocation host;
    private final int vm;

    Injection(Allocation host, int vm) {
      this.host = host;
      this.vm = vm;
    }

    private void handle(Target.@Nullable Posted target) {
      Message message = host.message();
      int cpu = CompatibilityMessage.extendedDestination(message.address());
      int at = cpu * VECTORS + CompatibilityMessage.vector(message.data());
      handlers.set(at, target == null ? null : new Handler(target, vm));
    }

    @Override
    public Message message() {
      return host.message();
    }

    @Override
    public int cpu() {
      return -1;
    }

    @Override
    public int vector() {
      return host.vector();
    }

    @Override
    public boolean retarget(Target target) {
      if (target instanceof Target.Posted posted) {
        handle(posted);
      }
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
