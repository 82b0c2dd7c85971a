package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.spec.Capabilities.Gencap;
import dev.adit.devices.dsa.spec.Flags;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import org.junit.jupiter.api.Test;

/** Batches: members, fences, errors, limits (sections 3.8 and 8.3.2). */
class BatchTest {
  private static final long RECORD = GuestMemory.BASE + 0x1000;
  private static final long MEMBERS = GuestMemory.BASE + 0x1100;
  private static final int LIST = 0x2000;
  private static final int BAD = 1 << 5;

  private static Driver driver(DsaProfile profile) {
    return new Driver(profile, EnginePolicy.caller()).configure(0, 16).enable(0);
  }

  private static DescriptorBuilder member(int i) {
    return Driver.noop(MEMBERS + 32L * i);
  }

  private static int completed(Driver driver) {
    return (int) (driver.memory.longAt(RECORD) >>> 32);
  }

  @Test
  void allMembersAreDoneBeforeTheBatchIs() {
    try (Driver driver = driver(DsaProfile.physical())) {
      Batches.write(driver, LIST, member(0), member(1), member(2));
      driver.submit(Driver.interrupting(Batches.batch(LIST, 3, RECORD), 1));
      assertThat(driver.status(RECORD)).isEqualTo(Status.SUCCESS);
      assertThat(completed(driver)).isEqualTo(3);
      for (int i = 0; i < 3; i++) {
        assertThat(driver.status(MEMBERS + 32L * i)).isEqualTo(Status.SUCCESS);
      }
      assertThat(driver.vectors.get(1)).isEqualTo(1);
    }
  }

  @Test
  void membersBringTheirOwnInterrupts() {
    try (Driver driver = driver(DsaProfile.physical())) {
      Batches.write(
          driver, LIST, Driver.interrupting(member(0), 2), Driver.interrupting(member(1), 99));
      driver.submit(Driver.interrupting(Batches.batch(LIST, 2, RECORD), 1));
      assertThat(driver.vectors.get(2)).isEqualTo(1);
      assertThat(driver.status(MEMBERS + 32)).isEqualTo(Status.INTERRUPT_HANDLE);
      assertThat(driver.status(RECORD)).isEqualTo(Status.BATCH_MEMBER);
      assertThat(driver.vectors.get(1)).isEqualTo(1);
    }
  }

  @Test
  void aFenceAfterAnErrorAbandonsTheRest() {
    try (Driver driver = driver(DsaProfile.physical())) {
      Batches.write(
          driver, LIST, member(0).also(BAD), member(1), member(2).also(Flags.FENCE), member(3));
      driver.submit(Batches.batch(LIST, 4, RECORD));
      assertThat(driver.status(RECORD)).isEqualTo(Status.BATCH_MEMBER);
      assertThat(completed(driver)).isEqualTo(2);
      assertThat(driver.status(MEMBERS + 32)).isEqualTo(Status.SUCCESS);
      assertThat(driver.status(MEMBERS + 64)).isZero();
      assertThat(driver.status(MEMBERS + 96)).isZero();
    }
  }

  @Test
  void continuationGoesOnBehindTheFence() {
    DsaProfile base = DsaProfile.physical();
    long features = base.features() | Gencap.BATCH_CONTINUATION.mask();
    try (Driver driver = driver(base.withOperations(0x200, base.opcap(), features))) {
      Batches.write(driver, LIST, member(0).also(BAD), member(1).also(Flags.FENCE));
      driver.submit(Batches.batch(LIST, 2, RECORD).also(Flags.BATCH_CONTINUE));
      assertThat(driver.status(RECORD)).isEqualTo(Status.BATCH_MEMBER);
      assertThat(completed(driver)).isEqualTo(2);
      assertThat(driver.status(MEMBERS + 32)).isEqualTo(Status.SUCCESS);
    }
  }

  @Test
  void aFalsePredicateCountsAsFailed() {
    try (Driver driver = driver(DsaProfile.physical())) {
      long data = GuestMemory.BASE + 0x8000;
      driver.memory.longAt(data, 1);
      DescriptorBuilder compare =
          DescriptorBuilder.of(Opcode.COMPARE)
              .also(Flags.CHECK_RESULT)
              .set64(8, MEMBERS)
              .from(data)
              .to(data + 64)
              .size(8);
      Batches.write(driver, LIST, compare, member(1).also(Flags.FENCE));
      driver.submit(Batches.batch(LIST, 2, RECORD));
      assertThat(driver.status(MEMBERS)).isEqualTo(Status.SUCCESS_FALSE);
      assertThat(driver.status(RECORD)).isEqualTo(Status.BATCH_MEMBER);
      assertThat(completed(driver)).isEqualTo(1);
    }
  }

  @Test
  void batchAndDrainAreNoMembers() {
    try (Driver driver = driver(DsaProfile.physical())) {
      Batches.write(
          driver,
          LIST,
          Batches.batch(LIST, 2, MEMBERS),
          DescriptorBuilder.of(Opcode.DRAIN).set64(8, MEMBERS + 32));
      driver.submit(Batches.batch(LIST, 2, RECORD));
      assertThat(driver.status(MEMBERS)).isEqualTo(Status.OPCODE);
      assertThat(driver.status(MEMBERS + 32)).isEqualTo(Status.OPCODE);
      assertThat(driver.status(RECORD)).isEqualTo(Status.BATCH_MEMBER);
    }
  }

  @Test
  void aListThatIsNotMappedIsAFaultWithItsAddress() {
    try (Driver driver = driver(DsaProfile.physical())) {
      long end = driver.memory.memory.byteSize();
      Batches.write(driver, end - 64, member(0));
      driver.submit(Batches.batch(end - 64, 2, RECORD));
      assertThat(driver.status(RECORD)).isEqualTo(Status.BATCH_FAULT);
      assertThat(completed(driver)).isEqualTo(1);
      assertThat(driver.memory.longAt(RECORD + 8)).isEqualTo(GuestMemory.BASE + end);
      assertThat(driver.status(MEMBERS)).isEqualTo(Status.SUCCESS);
    }
  }

  @Test
  void countAndAlignmentAreChecked() {
    try (Driver driver = driver(DsaProfile.physical())) {
      driver.submit(Batches.batch(LIST, 1, RECORD));
      assertThat(driver.status(RECORD)).isEqualTo(Status.DESCRIPTOR_COUNT);
      driver.submit(Batches.batch(LIST, 33, RECORD));
      assertThat(driver.status(RECORD)).isEqualTo(Status.DESCRIPTOR_COUNT);
      driver.submit(Batches.batch(LIST + 32, 2, RECORD));
      assertThat(driver.status(RECORD)).isEqualTo(Status.LIST_ALIGNMENT);
    }
  }
}
