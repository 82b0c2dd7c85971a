package dev.adit.machine;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.store.StoreTraits;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/**
 * What a hypervisor does on a machine that cannot post interrupts: each of a guest's interrupts
 * takes a vector of a physical processor, whose handler injects it. Interrupts for the machine
 * itself go straight to the vector domain.
 */
final class InjectingDomain implements MessageDomain {
  private final VectorDomain vectors;
  private final IntFunction<LocalApic> apics;
  private final Map<Long, GuestMachine.Processor> guests = new ConcurrentHashMap<>();

  InjectingDomain(VectorDomain vectors, IntFunction<LocalApic> apics) {
    this.vectors = vectors;
    this.apics = apics;
  }

  /** Tells who stands behind what would be a posted-interrupt descriptor. */
  void add(long descriptor, GuestMachine.Processor processor) {
    guests.put(descriptor, processor);
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
    Allocation allocation = vectors.allocate(cookie, requesterId, Target.ANY_CPU);
    Injection injection = new Injection(allocation);
    injection.hook(posted);
    return injection;
  }

  private final class Injection implements Allocation {
    private final Allocation host;

    Injection(Allocation host) {
      this.host = host;
    }

    private void hook(Target.Posted posted) {
      GuestMachine.Processor processor = guests.get(posted.descriptor());
      handle(processor == null ? () -> {} : () -> processor.inject(posted.vector()));
    }

    private void handle(Runnable handler) {
      Message message = host.message();
      CompatibilityMessage read = new CompatibilityMessage(message.address(), message.data());
      apics
          .apply(CompatibilityMessage.extendedDestination(message.address()))
          .handle(read.vector(), handler);
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
        hook(posted);
      }
      return false;
    }

    @Override
    public void settle() {
      host.settle();
    }

    @Override
    public void release() {
      handle(() -> {});
      host.release();
    }
  }
}
