package dev.adit.interrupts.domain;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.spec.HypercallAbi;
import dev.adit.interrupts.store.StoreTraits;
import java.util.Optional;

/**
 * In a guest: allocates a vector of the guest and has the hypervisor compose a message that is real
 * on the physical machine. Whoever holds the message may write it to the device itself, so that no
 * store has to be trapped.
 */
public final class HypercallDomain implements MessageDomain {
  private static final long NO_PASID = -1;

  private final HypercallPort port;
  private final VectorDomain vectors;
  private final int version;
  private final long features;

  private HypercallDomain(HypercallPort port, VectorDomain vectors, int version, long features) {
    this.port = port;
    this.vectors = vectors;
    this.version = version;
    this.features = features;
  }

  /** {@return the domain, if the hypervisor has the call in a version this guest knows} */
  public static Optional<HypercallDomain> discover(HypercallPort port, VectorDomain vectors) {
    int[] leaf = port.cpuid(HypercallAbi.LEAF);
    if (leaf[1] != HypercallAbi.SIGNATURE_EBX
        || leaf[2] != HypercallAbi.SIGNATURE_ECX
        || leaf[3] != HypercallAbi.SIGNATURE_EDX) {
      return Optional.empty();
    }
    long[] answer = call(port, HypercallAbi.NEGOTIATE, HypercallAbi.VERSION);
    boolean agreed =
        answer[0] == HypercallAbi.OK && answer[1] >= 1 && answer[1] <= HypercallAbi.VERSION;
    return agreed
        ? Optional.of(new HypercallDomain(port, vectors, (int) answer[1], answer[2]))
        : Optional.empty();
  }

  /** {@return the agreed version} */
  public int version() {
    return version;
  }

  /** {@return whether this guest may hold messages of sub-devices that it makes itself} */
  public boolean servesSubDevices() {
    return (features & HypercallAbi.FEATURE_SUB_DEVICES) != 0;
  }

  @Override
  public String name() {
    return "hypercall";
  }

  @Override
  public void require(StoreTraits store) {
    if (!store.trappable() && (features & HypercallAbi.FEATURE_QUEUE_STORE) == 0) {
      throw new DomainException(
          DomainException.Reason.STORE, "The hypervisor does not serve " + store.name());
    }
  }

  @Override
  public Allocation allocate(Cookie cookie, int requesterId, Target target) {
    VectorDomain.Vector vector = vectors.allocate(cookie.vm(), target);
    try {
      long pasid = cookie.pasid() == MessageStore.NO_PASID ? NO_PASID : cookie.pasid();
      long[] answer =
          call(port, HypercallAbi.ALLOCATE, requesterId, vector.cpu(), vector.vector(), pasid, 0);
      check(answer[0]);
      return new Entry(vector, answer[1], new Message(answer[2], (int) answer[3]));
    } catch (DomainException e) {
      vector.release();
      throw e;
    }
  }

  private static long[] call(HypercallPort port, int number, long... arguments) {
    long[] registers = new long[HypercallAbi.REGISTERS];
    registers[0] = number;
    System.arraycopy(arguments, 0, registers, 1, arguments.length);
    port.call(registers);
    return registers;
  }

  private static void check(long status) {
    if (status == HypercallAbi.OK) {
      return;
    }
    DomainException.Reason reason =
        switch ((int) status) {
          case HypercallAbi.QUOTA -> DomainException.Reason.QUOTA;
          case HypercallAbi.EXHAUSTED -> DomainException.Reason.EXHAUSTED;
          case HypercallAbi.NO_SUCH_TARGET -> DomainException.Reason.TARGET;
          case HypercallAbi.BAD_PASID, HypercallAbi.NOT_ISOLATED -> DomainException.Reason.COOKIE;
          case HypercallAbi.NO_SUCH_DEVICE -> DomainException.Reason.OWNER;
          default -> DomainException.Reason.STALE;
        };
    throw new DomainException(reason, "The hypervisor refused with status " + status);
  }

  private final class Entry implements Allocation {
    private final VectorDomain.Vector vector;
    private final long id;
    private Message message;

    Entry(VectorDomain.Vector vector, long id, Message message) {
      this.vector = vector;
      this.id = id;
      this.message = message;
    }

    @Override
    public Message message() {
      return message;
    }

    @Override
    public int cpu() {
      return vector.cpu();
    }

    @Override
    public int vector() {
      return vector.vector();
    }

    @Override
    public boolean retarget(Target target) {
      if (!vector.retarget(target)) {
        return false;
      }
      long[] answer = call(port, HypercallAbi.RETARGET, id, vector.cpu(), vector.vector());
      if (answer[0] != HypercallAbi.OK) {
        vector.undo();
        check(answer[0]);
      }
      message = new Message(answer[1], (int) answer[2]);
      return answer[3] != 0;
    }

    @Override
    public void settle() {
      vector.settle();
    }

    @Override
    public void release() {
      check(call(port, HypercallAbi.RELEASE, id)[0]);
      vector.release();
    }
  }
}
