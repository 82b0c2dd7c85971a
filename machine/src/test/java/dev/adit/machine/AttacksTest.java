package dev.adit.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.IsolationLevel;
import dev.adit.machine.Attack.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each level stops and what it lets through; the numbers of levels are from the papers. */
class AttacksTest {
  /** The level from which an attack must come to nothing, 0 to 3. */
  private static int stoppedFrom(Kind kind) {
    return switch (kind) {
      case TAGGED_WRITE, MASK_RACE, EXHAUSTION -> 0;
      case FORGED_COMPATIBILITY, FORGED_REMAPPABLE, INDEX_PAST_TABLE, WRONG_REQUESTER, REPLAY -> 1;
      case SHARED_REQUESTER, FOREIGN_HANDLE, FOREIGN_ENTRY, ENTRY_REUSE -> 2;
      case OWN_STORE -> 3;
    };
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anAttackIsStoppedFromItsLevelOnAndNotBelow(Kind kind) {
    assertThat(kind.stoppedFrom().number()).isEqualTo(stoppedFrom(kind));
    for (IsolationLevel level : IsolationLevel.values()) {
      Attack attack = Attacks.run(level, kind);
      assertThat(attack.tried()).isPositive();
      if (level.number() >= stoppedFrom(kind)) {
        assertThat(attack.through()).as("%s", attack).isZero();
        assertThat(attack.broken()).isFalse();
        // Nothing is stopped in a race over one's own mask; the others say what stopped them.
        assertThat(attack.stopped().isEmpty()).as("%s", attack).isEqualTo(kind == Kind.MASK_RACE);
      } else {
        assertThat(attack.through()).as("%s", attack).isPositive();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = IsolationLevel.class,
      names = {"REQUESTER_ID", "DEVICE_PASID", "REMAPPER_PASID"})
  void theRemapperNamesTheFaultThatTheSpecificationNames(IsolationLevel level) {
    assertThat(Attacks.run(level, Kind.FORGED_COMPATIBILITY).stopped())
        .containsOnlyKeys("fault 25h COMPATIBILITY_BLOCKED");
    assertThat(Attacks.run(level, Kind.FORGED_REMAPPABLE).stopped())
        .containsOnlyKeys("fault 22h NOT_PRESENT", "fault 26h SOURCE");
    assertThat(Attacks.run(level, Kind.INDEX_PAST_TABLE).stopped())
        .containsOnlyKeys("device: invalid interrupt handle (0x19)", "fault 21h INDEX");
  }
}
