package dev.adit.interrupts.domain;

import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.DomainException;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.spec.HypercallAbi;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The hypervisor's side of the hypercall, for one VM. Everything in the registers is the guest's
 * and is checked: the device has to be the VM's, the PASID one of its own, the identifier one that
 * it was given.
 */
public final class HypercallHost implements HypercallPort {
  /** What the hypervisor knows about its VM. */
  public interface Vm {
    /** {@return the VM's number} */
    int id();

    /** {@return the function that the guest knows by a requester ID, if it is the VM's} */
    Optional<Device> device(int guestRequesterId);

    /** {@return the host's PASID for a guest's, or empty if the guest has no such} */
    Optional<Integer> pasid(int guestPasid);

    /** {@return where an interrupt for a processor of the VM goes} */
    Optional<Target> target(int cpu, int vector);
  }

  /**
   * A function of a VM.
   *
   * @param requesterId its physical requester ID
   * @param parent who composes its messages on the physical machine
   * @param isolation how well its messages are told from those of other owners of the requester ID
   * @param exclusive whether the VM is the only user of the requester ID
   */
  public record Device(
      int requesterId, MessageDomain parent, IsolationLevel isolation, boolean exclusive) {}

  private final Vm vm;
  private final boolean subDevices;
  private final Map<Long, MessageDomain.Allocation> held = new HashMap<>();
  private long nextId = 1;
  private int agreed;
  private long calls;

  /**
   * Makes one.
   *
   * @param vm the VM
   * @param subDevices whether the physical remapper tells PASIDs apart, so that the VM may hold
   *     messages of sub-devices
   */
  public HypercallHost(Vm vm, boolean subDevices) {
    this.vm = vm;
    this.subDevices = subDevices;
  }

  /** {@return how many calls were made} */
  public synchronized long calls() {
    return calls;
  }

  /** {@return how many messages the VM holds} */
  public synchronized int held() {
    return held.size();
  }

  /** Takes everything back, when the VM goes or its devices are reset. */
  public synchronized void releaseAll() {
    held.values().forEach(MessageDomain.Allocation::release);
    held.clear();
  }

  @Override
  public int[] cpuid(int leaf) {
    return leaf == HypercallAbi.LEAF
        ? new int[] {
          HypercallAbi.VERSION,
          HypercallAbi.SIGNATURE_EBX,
          HypercallAbi.SIGNATURE_ECX,
          HypercallAbi.SIGNATURE_EDX
        }
        : new int[4];
  }

  @Override
  public synchronized void call(long[] registers) {
    calls++;
    long[] in = registers.clone();
    Arrays.fill(registers, 0);
    try {
      registers[0] = dispatch(in, registers);
    } catch (DomainException e) {
      registers[0] =
          switch (e.reason()) {
            case QUOTA -> HypercallAbi.QUOTA;
            case EXHAUSTED -> HypercallAbi.EXHAUSTED;
            case TARGET -> HypercallAbi.NO_SUCH_TARGET;
            case COOKIE, OWNER -> HypercallAbi.BAD_PASID;
            case STORE, STALE -> HypercallAbi.BAD_ARGUMENT;
          };
    }
  }

  private long dispatch(long[] in, long[] out) {
    if (in[0] == HypercallAbi.NEGOTIATE) {
      return negotiate(in, out);
    }
    if (agreed == 0) {
      return HypercallAbi.NOT_NEGOTIATED;
    }
    if (in[0] == HypercallAbi.ALLOCATE) {
      return allocate(in, out);
    }
    if (in[0] == HypercallAbi.RETARGET) {
      return retarget(in, out);
    }
    if (in[0] == HypercallAbi.RELEASE) {
      return release(in);
    }
    return HypercallAbi.NO_SUCH_CALL;
  }

  private long negotiate(long[] in, long[] out) {
    if (in[1] < 1) {
      return HypercallAbi.BAD_ARGUMENT;
    }
    agreed = (int) Math.min(in[1], HypercallAbi.VERSION);
    out[1] = agreed;
    out[2] = HypercallAbi.FEATURE_QUEUE_STORE | (subDevices ? HypercallAbi.FEATURE_SUB_DEVICES : 0);
    return HypercallAbi.OK;
  }

  private long allocate(long[] in, long[] out) {
    if (in[1] < 0 || in[1] > 0xFFFF || in[5] != 0) {
      return HypercallAbi.BAD_ARGUMENT;
    }
    Optional<Device> device = vm.device((int) in[1]);
    if (device.isEmpty()) {
      return HypercallAbi.NO_SUCH_DEVICE;
    }
    Optional<Target> target = target(in[2], in[3]);
    if (target.isEmpty()) {
      return HypercallAbi.NO_SUCH_TARGET;
    }
    boolean tagged = in[4] != -1;
    Optional<Integer> pasid = tagged ? pasid(in[4]) : Optional.of(MessageStore.NO_PASID);
    if (pasid.isEmpty()) {
      return HypercallAbi.BAD_PASID;
    }
    if (!isolated(device.get(), tagged)) {
      return HypercallAbi.NOT_ISOLATED;
    }
    MessageDomain.Allocation allocation =
        device
            .get()
            .parent()
            .allocate(
                new Cookie(vm.id(), pasid.get(), 0), device.get().requesterId(), target.get());
    out[1] = nextId++;
    held.put(out[1], allocation);
    answer(allocation, out, 2);
    return HypercallAbi.OK;
  }

  /** Whether a message that the guest holds can hurt nobody but the guest. */
  private static boolean isolated(Device device, boolean tagged) {
    if (device.exclusive()) {
      return device.isolation() != IsolationLevel.NONE;
    }
    return tagged && device.isolation() == IsolationLevel.REMAPPER_PASID;
  }

  private Optional<Integer> pasid(long guest) {
    return guest < 0 || guest >= 1 << 20 ? Optional.empty() : vm.pasid((int) guest);
  }

  private Optional<Target> target(long cpu, long vector) {
    boolean named = cpu >= 0 && cpu <= Integer.MAX_VALUE && vector >= 16 && vector <= 255;
    return named ? vm.target((int) cpu, (int) vector) : Optional.empty();
  }

  private long retarget(long[] in, long[] out) {
    MessageDomain.Allocation allocation = held.get(in[1]);
    if (allocation == null) {
      return HypercallAbi.NO_SUCH_ID;
    }
    Optional<Target> target = target(in[2], in[3]);
    if (target.isEmpty()) {
      return HypercallAbi.NO_SUCH_TARGET;
    }
    out[3] = allocation.retarget(target.get()) ? 1 : 0;
    answer(allocation, out, 1);
    return HypercallAbi.OK;
  }

  private long release(long[] in) {
    MessageDomain.Allocation allocation = held.remove(in[1]);
    if (allocation == null) {
      return HypercallAbi.NO_SUCH_ID;
    }
    allocation.release();
    return HypercallAbi.OK;
  }

  private static void answer(MessageDomain.Allocation allocation, long[] out, int at) {
    Message message = allocation.message();
    out[at] = message.address();
    out[at + 1] = Integer.toUnsignedLong(message.data());
  }
}
