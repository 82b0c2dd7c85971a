package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.domain.HypercallDomain;
import dev.adit.interrupts.domain.HypercallHost;
import dev.adit.interrupts.domain.HypercallPort;
import dev.adit.interrupts.domain.Quotas;
import dev.adit.interrupts.domain.RemapDomain;
import dev.adit.interrupts.domain.VectorDomain;
import dev.adit.interrupts.remap.VtdEntries;
import dev.adit.interrupts.spec.HypercallAbi;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.ImsChip;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Guest and hypervisor over the raw registers of the call. */
class HypercallTest {
  private static final int GUEST_RID = 0x0010;
  private static final int SHARED_RID = 0x0018;
  private static final int HOST_RID = 0x6A01;

  private final VtdRig rig = VtdRig.on();
  private final Quotas entryQuota = new Quotas("remapping entries", 8);
  private final RemapDomain remap =
      new RemapDomain(
          new VtdEntries(
              rig.unit::invalidate,
              rig.memory,
              VtdRig.TABLE,
              65_536,
              true,
              false,
              IsolationLevel.REQUESTER_ID),
          new VectorDomain(16, Quotas.none("vectors")),
          entryQuota);
  private final HypercallHost host = new HypercallHost(new OneVm(), false);
  private final VectorDomain guestVectors = new VectorDomain(2, Quotas.none("vectors"));

  /** A VM whose processor n is physical processor 8 + n, and whose PASID n is 100 + n. */
  private final class OneVm implements HypercallHost.Vm {
    @Override
    public int id() {
      return 5;
    }

    @Override
    public Optional<HypercallHost.Device> device(int guestRequesterId) {
      return switch (guestRequesterId) {
        case GUEST_RID ->
            Optional.of(
                new HypercallHost.Device(HOST_RID, remap, IsolationLevel.REQUESTER_ID, true));
        case SHARED_RID ->
            Optional.of(
                new HypercallHost.Device(HOST_RID, remap, IsolationLevel.REQUESTER_ID, false));
        default -> Optional.empty();
      };
    }

    @Override
    public Optional<Integer> pasid(int guestPasid) {
      return guestPasid < 4 ? Optional.of(100 + guestPasid) : Optional.empty();
    }

    @Override
    public Optional<Target> target(int cpu, int vector) {
      return cpu < 2 ? Optional.of(new Target.Cpu(8 + cpu)) : Optional.empty();
    }
  }

  @Test
  void aGuestGetsAPairThatWorksAndWritesItItself() {
    HypercallDomain domain = HypercallDomain.discover(host, guestVectors).orElseThrow();
    ImsArray ims = new ImsArray(Formats.OWNED, 4, rig.unit, HOST_RID);
    BusDomain bus =
        new BusDomain(
            domain, new ImsChip(Formats.OWNED, ims, 4), GUEST_RID, Quotas.none("entries"), _ -> {});

    BusDomain.Interrupt interrupt = bus.allocate(Cookie.of(0, 1), new Target.Cpu(1));
    interrupt.mask(false);
    ims.fire(interrupt.index());
    interrupt.retarget(new Target.Cpu(0));
    ims.fire(interrupt.index());

    assertThat(rig.bus.seen).extracting(RecordingBus.Interrupt::destination).containsExactly(9, 8);
    interrupt.release();
    assertThat(host.held()).isZero();
    assertThat(entryQuota.used(5)).isZero();
  }

  @Test
  void anOldHostIsNotFound() {
    assertThat(HypercallDomain.discover(HypercallPort.NONE, guestVectors)).isEmpty();
  }

  @Test
  void aNewerGuestGetsTheVersionOfTheHost() {
    long[] registers = {HypercallAbi.NEGOTIATE, 7, 0, 0, 0, 0};
    host.call(registers);
    assertThat(registers[0]).isEqualTo(HypercallAbi.OK);
    assertThat(registers[1]).isEqualTo(HypercallAbi.VERSION);
    registers = new long[] {99, 0, 0, 0, 0, 0};
    host.call(registers);
    assertThat(registers[0]).isEqualTo(HypercallAbi.NO_SUCH_CALL);
  }

  @Test
  void nothingWorksBeforeTheVersionIsAgreed() {
    long[] registers = {HypercallAbi.ALLOCATE, GUEST_RID, 0, 0x30, -1, 0};
    host.call(registers);
    assertThat(registers[0]).isEqualTo(HypercallAbi.NOT_NEGOTIATED);
  }

  @Test
  void aGuestGetsNothingThatIsNotItsOwn() {
    HypercallDomain domain = HypercallDomain.discover(host, guestVectors).orElseThrow();
    assertThat(status(HypercallAbi.ALLOCATE, HOST_RID, 0, 0x30, -1, 0))
        .isEqualTo(HypercallAbi.NO_SUCH_DEVICE);
    assertThat(status(HypercallAbi.ALLOCATE, GUEST_RID, 2, 0x30, -1, 0))
        .isEqualTo(HypercallAbi.NO_SUCH_TARGET);
    assertThat(status(HypercallAbi.ALLOCATE, GUEST_RID, 0, 15, -1, 0))
        .isEqualTo(HypercallAbi.NO_SUCH_TARGET);
    assertThat(status(HypercallAbi.ALLOCATE, GUEST_RID, 0, 0x30, 4, 0))
        .isEqualTo(HypercallAbi.BAD_PASID);
    assertThat(status(HypercallAbi.ALLOCATE, GUEST_RID, 0, 0x30, 1 << 20, 0))
        .isEqualTo(HypercallAbi.BAD_PASID);
    assertThat(status(HypercallAbi.ALLOCATE, SHARED_RID, 0, 0x30, 1, 0))
        .isEqualTo(HypercallAbi.NOT_ISOLATED);
    assertThat(status(HypercallAbi.RELEASE, 1)).isEqualTo(HypercallAbi.NO_SUCH_ID);
    assertThat(status(HypercallAbi.RETARGET, 1, 0, 0x30)).isEqualTo(HypercallAbi.NO_SUCH_ID);
    for (int i = 0; i < 8; i++) {
      domain.allocate(Cookie.HOST, GUEST_RID, new Target.Cpu(0));
    }
    assertThatThrownBy(() -> domain.allocate(Cookie.HOST, GUEST_RID, new Target.Cpu(0)))
        .isInstanceOfSatisfying(
            DomainException.class,
            e -> assertThat(e.reason()).isEqualTo(DomainException.Reason.QUOTA));
    assertThat(host.held()).isEqualTo(8);
    host.releaseAll();
    assertThat(entryQuota.used(5)).isZero();
  }

  @Test
  void noRegistersHoweverWrongMakeItThrowOrLeak() {
    long seed = Seeds.of(HypercallTest.class);
    Random random = new Random(seed);
    status(HypercallAbi.NEGOTIATE, 1);
    for (int i = 0; i < 20_000; i++) {
      long[] registers = new long[HypercallAbi.REGISTERS];
      registers[0] = random.nextLong(6) - 1;
      for (int r = 1; r < registers.length; r++) {
        registers[r] = random.nextBoolean() ? random.nextInt(64) : random.nextLong();
      }
      if (random.nextInt(4) == 0) {
        registers[1] = GUEST_RID;
        registers[5] = 0;
      }
      host.call(registers);
      assertThat(registers[0]).as("seed %d", seed).isBetween(0L, 10L);
      assertThat(host.held()).isEqualTo(entryQuota.used(5)).isLessThanOrEqualTo(8);
    }
  }

  private long status(long... call) {
    long[] registers = new long[HypercallAbi.REGISTERS];
    System.arraycopy(call, 0, registers, 0, call.length);
    host.call(registers);
    return registers[0];
  }
}
