package dev.adit.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.Attachment;
import dev.adit.devices.sdi.PassedSdi;
import dev.adit.devices.sdi.SdiFunction;
import dev.adit.devices.sdi.spec.SdiLayout;
import dev.adit.interrupts.Cookie;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.Message;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.domain.BusDomain;
import dev.adit.interrupts.store.ImsChip;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two guests have an SDI each of one function, and each writes its own message store. On level 1
 * nobody's forged message arrives: what sub-devices of the first generation, which share a
 * requester ID, have only with PASIDs in the remapper.
 */
final class SdiIsolationTest {
  private static final int RID = 0x0500;
  private static final int A = 1;
  private static final int B = 2;
  private static final int VECTOR = 0x51;
  private static final int ENTRY = 5;

  @ParameterizedTest
  @EnumSource
  void anotherTenantsMessageInOnesOwnStoreIsStoppedFromLevelOneOn(IsolationLevel level) {
    PhysicalMachine host = new PhysicalMachine(4, level, 16, ImsPolicy.GRANT);
    GuestMachine guestA = guest(host, A);
    GuestMachine guestB = guest(host, B);
    SdiFunction function = new SdiFunction(2, 1, new Attachment(RID, host::dma, host.bus()));
    PassedSdi mine = new PassedSdi(function, 0);
    PassedSdi theirs = new PassedSdi(function, 1);
    Slot slot = guestA.pass(mine, mine.requesterId(), 0x08);
    Slot _ = guestB.pass(theirs, theirs.requesterId(), 0x08);
    BusDomain.Interrupt victim =
        host.store(
                theirs.requesterId(),
                new ImsChip(SdiLayout.STORE_FORMAT, theirs.store(), SdiLayout.STORE_ENTRIES))
            .allocate(Cookie.of(B, MessageStore.NO_PASID), guestB.target(0, VECTOR));
    victim.mask(false);

    theirs.store().fire(victim.index());
    long before = delivered(guestB);
    assertThat(before).isOne();

    Message stolen = victim.message();
    long at = SdiLayout.STORE + ENTRY * (long) SdiLayout.ENTRY;
    slot.write(0, at, 8, stolen.address());
    slot.write(0, at + 8, 4, Integer.toUnsignedLong(stolen.data()));
    slot.write(0, at + 12, 4, 0);
    mine.store().fire(ENTRY);

    boolean stopped = level != IsolationLevel.NONE;
    assertThat(delivered(guestB)).isEqualTo(before + (stopped ? 0 : 1));
    function.close();
  }

  private static GuestMachine guest(PhysicalMachine host, int vm) {
    return new GuestMachine(host, vm, new GuestMachine.Options(2, false, false), ImsPolicy.GRANT);
  }

  private static long delivered(Machine machine) {
    return TwoTenants.delivered(machine);
  }
}
