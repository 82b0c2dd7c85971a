package dev.adit.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.Refusal.Reason;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.SavedDsa;
import dev.adit.devices.dsa.lend.DsaModel;
import dev.adit.devices.iaa.IaaArchitecture;
import org.junit.jupiter.api.Test;

/** Virtual IAAs are made of queues as virtual DSAs are, and are not taken for them. */
final class IaaDeviceTest {
  private static Rig rig() {
    DsaProfile profile = IaaArchitecture.physical().withSizes(4, 64, 4, 1);
    return new Rig(new FunctionPlan("iaa0", DsaModel.even(profile, 1)));
  }

  @Test
  void everyTypeOfQueuesIsLentAndComesBack() {
    try (Rig rig = rig()) {
      Capacity before = rig.registry.capacity("iaa0").orElseThrow();
      VirtualDevice own = rig.start("a", new DsaType(3, false));
      VirtualDevice part = rig.start("b", DsaType.SHARED);
      assertThat(Dsa.profile(own).opcap()).isEqualTo(IaaArchitecture.physical().opcap());
      assertThat(part.function().config().read(2, 2)).isEqualTo(0x0CFE);
      rig.registry.stop("a").orThrow();
      rig.registry.stop("b").orThrow();
      assertThat(rig.registry.capacity("iaa0").orElseThrow()).isEqualTo(before);
    }
  }

  @Test
  void aSuspendedDeviceOfOneKindIsNoneOfTheOther() {
    try (Rig iaa = rig();
        Rig dsa = new Rig(Rig.plan(0))) {
      byte[] accelerator = iaa.start("a", DsaType.DEDICATED).suspend(1_000_000_000L).orThrow();
      byte[] mover = dsa.start("a", DsaType.DEDICATED).suspend(1_000_000_000L).orThrow();
      iaa.registry.stop("a").orThrow();
      dsa.registry.stop("a").orThrow();
      assertThat(refusal(dsa, accelerator)).isEqualTo(Reason.BAD_REQUEST);
      assertThat(refusal(iaa, mover)).isEqualTo(Reason.BAD_REQUEST);
      assertThat(SavedDsa.parse(accelerator, IaaArchitecture.IAA).isDone()).isTrue();
      assertThat(iaa.registry.resume(iaa.device("a", DsaType.DEDICATED), accelerator).isDone())
          .isTrue();
    }
  }

  private static Reason refusal(Rig rig, byte[] saved) {
    return rig.registry
        .checkResume(rig.device("a", DsaType.DEDICATED), saved)
        .orElseThrow()
        .reason();
  }
}
