package dev.adit.host;

import dev.adit.devices.PciFunction;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.Target;
import dev.adit.interrupts.domain.HypercallHost;
import dev.adit.interrupts.spec.HypercallAbi;
import java.util.Arrays;
import java.util.Optional;

/**
 * A function whose interrupt message store a guest has mapped: it writes pairs there that the host
 * has composed for it, and nobody intercepts that. The call for them is docs/hypercall-abi.md, with
 * its registers in a BAR, where stock VMMs can serve it. Every message goes through the host's
 * remapper, and what comes out goes to the guest as a message in compatibility format for the
 * processor and vector that the call named.
 *
 * <pre>
 *   0x00 to 0x2F  the call's six registers
 *   0x30          doorbell: any write makes the call, whose answer is in the registers
 * </pre>
 *
 * <p>Register accesses come from one thread.
 */
public final class ParavirtualIms extends PassedStore {
  private static final int DOORBELL = 0x30;
  private static final int BLOCK = 0x1000;
  private static final long COMPATIBILITY = 0xFEE0_0000L;
  private static final int FIRST_VECTOR = 16;
  private static final int LAST_VECTOR = 255;

  private final int callBar;
  private final long callOffset;
  private final HypercallHost calls;
  private final long[] registers = new long[HypercallAbi.REGISTERS];

  /**
   * Puts it between a function and a guest.
   *
   * @param function sends to {@code tenant}; its store can be mapped
   * @param callBar where the call's registers are
   * @param callOffset where in the BAR; 4 KiB that the function does not use
   * @param tenant the guest as the host's remapper knows it, which composes for it
   * @param guest takes the guest's messages
   * @param isolation what the host believes to protect the guest's messages; a host that believes
   *     in {@link IsolationLevel#NONE} refuses to compose
   */
  public ParavirtualIms(
      PciFunction function,
      int callBar,
      long callOffset,
      HostTenant tenant,
      MessageSink guest,
      IsolationLevel isolation) {
    super(function);
    this.callBar = callBar;
    this.callOffset = callOffset;
    calls = new HypercallHost(new Vm(tenant, isolation), false);
    tenant.land(
        (processor, vector) ->
            guest.send(
                COMPATIBILITY | (long) processor << 12,
                vector,
                tenant.requesterId(),
                MessageStore.NO_PASID));
  }

  /** {@return how many calls the guest made} */
  public long calls() {
    return calls.calls();
  }

  @Override
  public int held() {
    return calls.held();
  }

  /**
   * What the call asks about the guest. The registers are those of one function, so they serve that
   * one whatever its number in the guest is.
   */
  private record Vm(HostTenant tenant, IsolationLevel isolation) implements HypercallHost.Vm {
    @Override
    public int id() {
      return tenant.number();
    }

    @Override
    public Optional<HypercallHost.Device> device(int guestRequesterId) {
      return Optional.of(new HypercallHost.Device(tenant.requesterId(), tenant, isolation, true));
    }

    @Override
    public Optional<Integer> pasid(int guestPasid) {
      return Optional.empty();
    }

    @Override
    public Optional<Target> target(int cpu, int vector) {
      boolean exists =
          cpu >= 0 && cpu < HostRemapper.COUNT && vector >= FIRST_VECTOR && vector <= LAST_VECTOR;
      return exists ? Optional.of(tenant.target(cpu, vector)) : Optional.empty();
    }
  }

  private boolean inCall(int bar, long offset) {
    return bar == callBar && offset >= callOffset && offset < callOffset + BLOCK;
  }

  @Override
  public long read(int bar, long offset, int width) {
    if (!inCall(bar, offset)) {
      return function.read(bar, offset, width);
    }
    int register = (int) (offset - callOffset) / 8;
    boolean whole = width == 8 && offset % 8 == 0 && register < registers.length;
    return whole ? registers[register] : 0;
  }

  @Override
  public void write(int bar, long offset, int width, long value) {
    if (!inCall(bar, offset)) {
      function.write(bar, offset, width, value);
      return;
    }
    int register = (int) (offset - callOffset) / 8;
    if (offset - callOffset == DOORBELL) {
      calls.call(registers);
    } else if (width == 8 && offset % 8 == 0 && register < registers.length) {
      registers[register] = value;
    }
  }

  @Override
  void revoke() {
    calls.releaseAll();
    Arrays.fill(registers, 0);
  }
}
