package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.spec.Block;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.Field.Access;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Status;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A driver gone mad: any offset, width and value, in registers, tables, portals and configuration
 * space. Nothing throws, what is read only stays, and the device works after a reset. More with
 * {@code -Dadit.fuzz.seconds=N}; repeat one run with {@code -Dadit.seed=N}.
 */
class RegisterFuzzTest {
  private static final int STEPS = 3000;
  private static final long RECORD = GuestMemory.BASE + 0x1000;
  private static final List<DsaProfile> PROFILES =
      List.of(
          DsaProfile.physical(),
          DsaProfile.physical().with(Option.HANDLES).with(Option.SHARED),
          DsaProfile.physical().withIms(0).withoutPasid().without(Option.EVENT_LOG),
          DsaProfile.physical().without(Option.CONFIGURATION),
          DsaProfile.physical().withSizes(1, 4, 1, 1).with(Option.STRICT_BLOCK_ON_FAULT));

  @Test
  void survivesAndRecovers() {
    Long only = Long.getLong("adit.seed");
    long until = System.nanoTime() + 1_000_000_000L * Integer.getInteger("adit.fuzz.seconds", 3);
    long seed = only != null ? only : 0;
    do {
      try {
        run(seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("repeat with -Dadit.seed=" + seed, e);
      }
      seed++;
    } while (only == null && System.nanoTime() - until < 0);
  }

  private static void run(long seed) {
    Random random = new Random(seed);
    DsaProfile profile = PROFILES.get(random.nextInt(PROFILES.size()));
    EnginePolicy policy = random.nextBoolean() ? EnginePolicy.caller() : EnginePolicy.threads();
    try (Driver driver = new Driver(profile, policy)) {
      if (random.nextBoolean() && profile.has(Option.CONFIGURATION)) {
        driver.configure(0, 4).enable(0);
      }
      for (int i = 0; i < STEPS; i++) {
        step(driver, random);
      }
      check(driver);
      assertThat(driver.device.statistics().failures()).isZero();
      driver.device.reset();
      driver.routeVectors();
      driver.busMaster(true);
      assertThat(driver.state()).isZero();
      if (profile.has(Option.CONFIGURATION)) {
        driver.configure(0, 4);
      }
      driver.enable(0);
      driver.memory.longAt(RECORD, 0);
      driver.submit(Driver.noop(RECORD));
      assertThat(driver.await(RECORD)).isEqualTo(Status.SUCCESS);
    }
  }

  private static void step(Driver driver, Random random) {
    int width = random.nextInt(10) == 0 ? random.nextInt(-1, 20) : 1 << random.nextInt(4);
    long value = random.nextInt(3) == 0 ? 1L << random.nextInt(64) : random.nextLong();
    switch (random.nextInt(8)) {
      case 0 -> driver.device.read(random.nextInt(-1, 7), offset(random), width);
      case 1 -> driver.device.write(random.nextInt(-1, 7), offset(random), width, value);
      case 2 -> driver.device.write(2, offset(random) & ~7, 8, value);
      case 3 -> command(driver, random);
      case 4 -> driver.submit(random.nextInt(8), random.nextInt(4), descriptor(random).segment());
      case 5 -> config(driver, random, value);
      default -> {
        Register[] all = Register.values();
        Register register = all[random.nextInt(all.length)];
        driver.write(register, random.nextInt(2), value);
      }
    }
  }

  /** Bus master is put back often, as the device would do nothing without. */
  private static void config(Driver driver, Random random, long value) {
    if (random.nextInt(3) == 0) {
      driver.device.config().write(random.nextInt(4096), 4, value);
    } else {
      driver.busMaster(true);
    }
  }

  private static long offset(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(0x1_0000);
      case 1 -> random.nextInt(0x700) & ~3;
      case 2 -> 0x2000 + random.nextInt(0x2000);
      default -> random.nextLong() >> random.nextInt(64);
    };
  }

  private static void command(Driver driver, Random random) {
    Command[] all = Command.values();
    long code = random.nextInt(4) == 0 ? random.nextInt(32) : all[random.nextInt(14)].code();
    int operand = random.nextBoolean() ? 0 : random.nextInt(9);
    driver.write(Register.CMD, code << 20 | operand | (long) random.nextInt(2) << 31);
  }

  private static DescriptorBuilder descriptor(Random random) {
    DescriptorBuilder d = Driver.noop(RECORD + 32L * random.nextInt(100));
    for (int i = random.nextInt(4); i > 0; i--) {
      d.set8(random.nextInt(64), random.nextInt(256));
    }
    return d.set8(7, random.nextInt(0x22));
  }

  private static void check(Driver driver) {
    DsaProfile profile = driver.device.profile();
    assertThat(driver.read(Register.VERSION)).isEqualTo(profile.version());
    assertThat(driver.read(Register.GENCAP)).isEqualTo(profile.gencap());
    assertThat(driver.read(Register.WQCAP)).isEqualTo(profile.wqcap());
    assertThat(driver.read(Register.OPCAP0)).isEqualTo(profile.opcap());
    for (Register register : Register.values()) {
      if (register.block() == Block.GENERAL) {
        long defined = 0;
        for (Access access : Access.values()) {
          defined |= register.mask(access);
        }
        assertThat(driver.read(register) & ~defined).as(register.name()).isZero();
      }
    }
    for (int wq = 0; wq < profile.wqs(); wq++) {
      assertThat(driver.queueState(wq)).isLessThan(3);
      long occupancy = driver.read(Register.WQCFG_STATUS, wq) & 0xFFFF;
      assertThat(occupancy).isLessThanOrEqualTo(profile.entries());
    }
  }
}
