package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.Outcome.Kind;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.spec.FaultRecord;
import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.spec.VtdFields;
import dev.adit.interrupts.spec.VtdRegister;
import org.junit.jupiter.api.Test;

/** The extension that checks PASIDs in the remapper: level 3. */
class PasidIsolationTest {
  private static final int MINE = 0x12345;
  private static final int OTHERS = 0x12346;
  private final VtdRig rig = VtdRig.on(VtdConfig.hardware().withPasidIsolation());

  PasidIsolationTest() {
    rig.write(VtdRegister.PILA, VtdRig.LIVE | VtdFields.PIE.mask());
    live(MINE);
    live(OTHERS);
  }

  private void live(int pasid) {
    rig.memory.getAndOr(VtdRig.LIVE + (pasid >>> 6) * 8L, 1L << (pasid & 63));
  }

  private Outcome send(int index, int pasid) {
    RemappableMessage message = RemappableMessage.of(index);
    return rig.send(message.address(), message.data(), VtdRig.RID, pasid);
  }

  @Test
  void aBoundEntryAdmitsItsPasidOnly() {
    rig.put(1, Irte.remapped(1, 0x40, 0).from(VtdRig.RID, 0).withPasid(MINE, true));
    rig.put(2, Irte.posted(VtdRig.DESCRIPTORS, 0x41, false).withPasid(MINE, true));
    for (int index : new int[] {1, 2}) {
      assertThat(send(index, MINE).arrived()).isTrue();
      assertThat(send(index, OTHERS).reason()).contains(FaultReason.PASID);
      assertThat(send(index, -1).reason()).contains(FaultReason.PASID);
    }
    FaultRecord fault = rig.fault(0);
    assertThat(fault.reason()).isEqualTo(0xF0);
    assertThat(fault.pasid()).isEqualTo(OTHERS);
    assertThat(fault.index()).isEqualTo(1);
    assertThat(rig.fault(1).pasid()).isEqualTo(-1);
    assertThat(rig.unit.isolation(VtdRig.RID, 1)).isEqualTo(IsolationLevel.REMAPPER_PASID);
  }

  @Test
  void aBoundEntryThatDoesNotRequireThePasidTakesNoneToo() {
    rig.put(1, Irte.remapped(1, 0x40, 0).withPasid(MINE, false));
    assertThat(send(1, MINE).arrived()).isTrue();
    assertThat(send(1, -1).arrived()).isTrue();
    assertThat(send(1, OTHERS).reason()).contains(FaultReason.PASID);
  }

  @Test
  void anUnboundEntryAdmitsNoPasid() {
    rig.put(1, Irte.remapped(1, 0x40, 0));
    assertThat(send(1, -1).arrived()).isTrue();
    assertThat(send(1, MINE).reason()).contains(FaultReason.PASID);
  }

  @Test
  void aPasidWhoseRangeIsNotLiveDoesDma() {
    rig.put(1, Irte.remapped(1, 0x40, 0).withPasid(7, true));
    assertThat(send(1, 7).kind()).isEqualTo(Kind.NOT_INTERRUPT);
    assertThat(send(1, 1 << 20).kind()).isEqualTo(Kind.NOT_INTERRUPT);
    assertThat(send(1, Integer.MIN_VALUE).kind()).isEqualTo(Kind.NOT_INTERRUPT);
    live(7);
    assertThat(send(1, 7).arrived()).isTrue();
  }

  @Test
  void theBitmapOutsideMemoryMakesNoPasidLive() {
    rig.write(VtdRegister.PILA, -4096L | VtdFields.PIE.mask());
    assertThat(send(1, MINE).kind()).isEqualTo(Kind.NOT_INTERRUPT);
  }

  @Test
  void aTaggedCompatibilityMessageIsBlockedEvenWhereCompatibilityIsAllowed() {
    rig.table(VtdRig.TABLE, 15, false);
    rig.set(VtdFields.CFI, true);
    CompatibilityMessage message = CompatibilityMessage.fixed(1, 0x40);
    assertThat(rig.send(message.address(), message.data(), VtdRig.RID, MINE).reason())
        .contains(FaultReason.COMPATIBILITY_BLOCKED);
  }

  @Test
  void aPasidInAnUnboundEntryIsReserved() {
    Irte bound = Irte.remapped(1, 0x40, 0).withPasid(MINE, true);
    rig.put(1, new Irte(bound.lo() & ~(1L << 12), bound.hi()));
    assertThat(send(1, -1).reason()).contains(FaultReason.ENTRY_RESERVED);
  }

  @Test
  void withoutTheExtensionItsBitsAreReservedAndItsRegisterIsNotThere() {
    VtdRig strict = VtdRig.on();
    strict.write(VtdRegister.PILA, VtdRig.LIVE | VtdFields.PIE.mask());
    assertThat(strict.read(VtdRegister.PILA)).isZero();
    strict.put(1, Irte.remapped(1, 0x40, 0).withPasid(MINE, true));
    assertThat(strict.send(1).reason()).contains(FaultReason.ENTRY_RESERVED);
    assertThat(strict.send(RemappableMessage.of(1).address(), 0, VtdRig.RID, MINE).kind())
        .isEqualTo(Kind.NOT_INTERRUPT);
  }
}
