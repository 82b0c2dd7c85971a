package dev.adit.interrupts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.RecordingBus.Interrupt;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.Outcome.Kind;
import dev.adit.interrupts.remap.VtdConfig;
import dev.adit.interrupts.spec.Attributes;
import dev.adit.interrupts.spec.CompatibilityMessage;
import dev.adit.interrupts.spec.Irte;
import dev.adit.interrupts.spec.PostedDescriptor;
import dev.adit.interrupts.spec.RemappableMessage;
import dev.adit.interrupts.spec.VtdFields;
import org.junit.jupiter.api.Test;

class VtdDeliveryTest {
  private final VtdRig rig = VtdRig.on();

  @Test
  void aRemappedEntryDecidesDestinationVectorAndMode() {
    int nmi = Attributes.of(Attributes.NMI, true, true, false);
    rig.put(7, Irte.remapped(0x12345, 0x41, nmi).from(VtdRig.RID, 0));

    Outcome outcome = rig.send(7);

    assertThat(outcome.kind()).isEqualTo(Kind.REMAPPED);
    assertThat(outcome.index()).isEqualTo(7);
    assertThat(rig.bus.take()).containsExactly(new Interrupt(0x12345, 0x41, nmi, 0));
  }

  @Test
  void xapicModeTakesTheDestinationFromBits47To40() {
    VtdRig xapic = new VtdRig(VtdConfig.hardware());
    xapic.table(VtdRig.TABLE, 7, false);
    xapic.set(VtdFields.IRE, true);
    xapic.put(3, Irte.remapped(Irte.xapic(0x21), 0x50, 0));

    assertThat(xapic.send(3).kind()).isEqualTo(Kind.REMAPPED);
    assertThat(xapic.bus.take()).containsExactly(new Interrupt(0x21, 0x50, 0, 0));
  }

  @Test
  void thePostedEntrySetsTheBitAndNotifiesOnce() {
    long descriptor = VtdRig.DESCRIPTORS + 64;
    rig.memory.setLong(descriptor + PostedDescriptor.CONTROL, PostedDescriptor.control(9, 0xF2));
    rig.put(1, Irte.posted(descriptor, 0x43, false).from(VtdRig.RID, 0));
    rig.put(2, Irte.posted(descriptor, 0xFF, false).from(VtdRig.RID, 0));

    assertThat(rig.send(1).kind()).isEqualTo(Kind.NOTIFIED);
    assertThat(rig.send(2).kind()).isEqualTo(Kind.POSTED);

    assertThat(rig.bus.take()).containsExactly(new Interrupt(9, 0xF2, 0, descriptor));
    assertThat(rig.memory.getLong(descriptor + 8)).isEqualTo(1L << 3);
    assertThat(rig.memory.getLong(descriptor + 24)).isEqualTo(1L << 63);
    assertThat(PostedDescriptor.ON.isSet(rig.memory.getLong(descriptor + 32))).isTrue();
  }

  @Test
  void suppressionHoldsBackAllButUrgentNotifications() {
    long descriptor = VtdRig.DESCRIPTORS;
    long control = PostedDescriptor.SN.set(PostedDescriptor.control(9, 0xF2), 1);
    rig.memory.setLong(descriptor + PostedDescriptor.CONTROL, control);
    rig.put(1, Irte.posted(descriptor, 0x43, false));
    rig.put(2, Irte.posted(descriptor, 0x44, true));

    assertThat(rig.send(1).kind()).isEqualTo(Kind.POSTED);
    assertThat(rig.bus.take()).isEmpty();
    assertThat(rig.send(2).kind()).isEqualTo(Kind.NOTIFIED);
    assertThat(rig.memory.getLong(descriptor + 8)).isEqualTo(3L << 3);
  }

  @Test
  void everyWayToSplitTheIndexNamesTheSameEntry() {
    rig.put(0x8123, Irte.remapped(1, 0x60, 0));
    RemappableMessage[] ways = {
      RemappableMessage.of(0x8123),
      RemappableMessage.withoutSubhandle(0x8123),
      RemappableMessage.of(0, 0x8123),
      RemappableMessage.of(0x8000, 0x123)
    };
    for (RemappableMessage way : ways) {
      assertThat(rig.send(way.address(), way.data(), VtdRig.RID, -1).index()).isEqualTo(0x8123);
    }
    assertThat(rig.bus.take()).hasSize(4);
  }

  @Test
  void withoutRemappingEveryMessageIsWhatItSays() {
    rig.set(VtdFields.IRE, false);
    CompatibilityMessage message = CompatibilityMessage.fixed(3, 0x77);

    Outcome outcome = rig.send(message.address(), message.data(), VtdRig.RID, -1);

    assertThat(outcome.kind()).isEqualTo(Kind.COMPATIBILITY);
    assertThat(rig.bus.take()).containsExactly(new Interrupt(3, 0x77, 0, 0));
  }
}
