package dev.adit.devices.dsa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.spec.Command;
import dev.adit.devices.dsa.spec.CommandError;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Evlcfg;
import dev.adit.devices.dsa.spec.Register.Gencfg;
import dev.adit.devices.dsa.spec.Register.GroupFlags;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every error code of the command status register, by the mistake that leads to it. */
class CommandErrorTest {
  private static final int PASID_CONTROL = 0x236;
  private static final int PRS_CONTROL = 0x244;
  private static final int PRS_ALLOCATION = 0x24C;

  record Case(
      CommandError expected,
      String mistake,
      DsaProfile profile,
      Consumer<Driver> arrange,
      Command command,
      int operand) {
    @Override
    public String toString() {
      return expected + ": " + mistake;
    }
  }

  /** Errors that no configuration of this device leads to. */
  private static final Set<CommandError> UNREACHABLE =
      EnumSet.of(CommandError.HARDWARE, CommandError.ENABLE_UNSPECIFIED, CommandError.ATS);

  private static Case device(CommandError expected, String mistake, Consumer<Driver> arrange) {
    return new Case(expected, mistake, DsaProfile.physical(), arrange, Command.ENABLE_DEVICE, 0);
  }

  private static Case queue(CommandError expected, String mistake, Consumer<Driver> arrange) {
    return new Case(
        expected,
        mistake,
        DsaProfile.physical(),
        d -> {
          arrange.accept(d);
          d.must(Command.ENABLE_DEVICE, 0);
        },
        Command.ENABLE_WQ,
        0);
  }

  private static Case other(
      CommandError expected, Consumer<Driver> arrange, Command command, int operand) {
    return new Case(
        expected, command + " " + operand, DsaProfile.physical(), arrange, command, operand);
  }

  static Stream<Case> cases() {
    return Stream.of(devices(), groups(), queues(), others()).flatMap(s -> s);
  }

  private static Stream<Case> devices() {
    return Stream.of(
        device(CommandError.NONE, "none", d -> {}),
        device(CommandError.DEVICE_NOT_DISABLED, "twice", d -> d.must(Command.ENABLE_DEVICE, 0)),
        device(CommandError.BUS_MASTER, "bus master off", d -> d.busMaster(false)),
        device(
            CommandError.PAGE_REQUEST_ALLOCATION,
            "page requests without allocation",
            d -> d.device.config().write(PRS_CONTROL, 2, 1)),
        device(
            CommandError.PAGE_REQUEST_ALLOCATION,
            "page requests beyond the capacity",
            d -> {
              d.device.config().write(PRS_ALLOCATION, 4, 0x201);
              d.device.config().write(PRS_CONTROL, 2, 1);
            }),
        device(
            CommandError.SUM_OF_WQ_SIZES, "129 entries", d -> d.configure(0, 64).configure(1, 65)),
        device(
            CommandError.READ_BUFFERS,
            "global limit beyond the total",
            d -> d.write(Register.GENCFG, 97)),
        device(
            CommandError.READ_BUFFERS,
            "global limit too small for the engines that use it",
            d -> {
              d.write(Register.GENCFG, 15);
              flags(d, GroupFlags.USE_GLOBAL_LIMIT.mask());
            }),
        device(CommandError.READ_BUFFERS, "too few allowed", d -> allowed(d, 15, 0)),
        device(CommandError.READ_BUFFERS, "fewer allowed than reserved", d -> allowed(d, 20, 21)),
        device(CommandError.READ_BUFFERS, "more allowed than there are", d -> allowed(d, 97, 0)),
        device(CommandError.READ_BUFFERS, "more reserved than there are", d -> allowed(d, 97, 97)),
        device(
            CommandError.READ_BUFFERS,
            "bandwidth without the capability",
            d -> flags(d, GroupFlags.READ_BANDWIDTH.set(0, 1))),
        device(CommandError.EVENT_LOG, "63 entries", d -> log(d, 0x1000, 63, 0)),
        device(CommandError.EVENT_LOG, "wrapping log", d -> log(d, -4096L, 65, 0)),
        device(CommandError.NONE, "log up to the end", d -> log(d, -4096L, 64, 0)),
        new Case(
            CommandError.EVENT_LOG,
            "log without the capability",
            DsaProfile.physical().without(Option.EVENT_LOG),
            d -> log(d, 0x1000, 64, 0),
            Command.ENABLE_DEVICE,
            0),
        device(CommandError.EVENT_LOG_PASID, "log with PASID", d -> log(d, 0x1000, 64, 1)),
        device(CommandError.EVENT_LOG_PASID, "privileged log", d -> log(d, 0x1000, 64, 2)));
  }

  private static Stream<Case> groups() {
    return Stream.of(
        device(
            CommandError.GROUP_CONFIG,
            "engines without queues",
            d -> d.write(Register.GRPCFG_ENGINES, 1, 1)),
        device(
            CommandError.GROUP_CONFIG,
            "queues without engines",
            d -> d.write(Register.GRPCFG_WQS0, 1, 2)),
        device(
            CommandError.GROUP_CONFIG,
            "queue beyond the count",
            d -> d.write(Register.GRPCFG_WQS0, 0, 0x101)),
        device(
            CommandError.GROUP_CONFIG,
            "queue far beyond the count",
            d -> d.write(Register.GRPCFG_WQS3, 0, 1L << 63)),
        device(
            CommandError.GROUP_CONFIG,
            "engine beyond the count",
            d -> d.write(Register.GRPCFG_ENGINES, 0, 0x1F)),
        device(CommandError.GROUP_CONFIG, "reserved flag", d -> flags(d, 1L << 48)),
        device(CommandError.GROUP_CONFIG, "progress limit", d -> flags(d, 1L << 32)),
        device(
            CommandError.GROUP_WQS,
            "a queue in two groups",
            d -> {
              d.write(Register.GRPCFG_ENGINES, 0, 1);
              d.write(Register.GRPCFG_ENGINES, 1, 2);
              d.write(Register.GRPCFG_WQS0, 1, 1);
            }),
        device(
            CommandError.GROUP_WQS,
            "a queue with entries in no group",
            d -> d.write(Register.WQCFG_SIZE, 1, 1)),
        device(
            CommandError.GROUP_WQS,
            "a queue without entries in a group",
            d -> d.write(Register.GRPCFG_WQS0, 0, 3)),
        device(
            CommandError.GROUP_ENGINES,
            "an engine in two groups",
            d -> {
              d.write(Register.WQCFG_SIZE, 1, 16);
              d.write(Register.GRPCFG_WQS0, 1, 2);
              d.write(Register.GRPCFG_ENGINES, 1, 1);
            }));
  }

  private static Stream<Case> queues() {
    return Stream.of(
        other(CommandError.DEVICE_NOT_ENABLED, d -> {}, Command.ENABLE_WQ, 0),
        other(CommandError.WQ_INDEX, d -> d.enable(0), Command.ENABLE_WQ, 8),
        other(CommandError.WQ_NOT_DISABLED, d -> d.enable(0), Command.ENABLE_WQ, 0),
        other(CommandError.WQ_SIZE, d -> d.enable(0), Command.ENABLE_WQ, 1),
        queue(CommandError.WQ_PRIORITY, "priority 0", d -> mode(d, 1)),
        queue(CommandError.WQ_MODE, "shared without the capability", d -> mode(d, 0x10)),
        new Case(
            CommandError.WQ_PASID_ENABLE,
            "shared without PASID",
            DsaProfile.physical().with(Option.SHARED),
            d -> {
              mode(d, 0x10);
              d.must(Command.ENABLE_DEVICE, 0);
            },
            Command.ENABLE_WQ,
            0),
        queue(
            CommandError.WQ_PASID_ENABLE,
            "PASID that is off in configuration space",
            d -> mode(d, 0x11 | Wqcfg.PASID_ENABLE.mask())),
        new Case(
            CommandError.WQ_BLOCK_ON_FAULT,
            "without page requests",
            DsaProfile.physical().with(Option.STRICT_BLOCK_ON_FAULT),
            d -> {
              mode(d, 0x13);
              d.must(Command.ENABLE_DEVICE, 0);
            },
            Command.ENABLE_WQ,
            0),
        queue(CommandError.NONE, "blocking on faults, permissive", d -> mode(d, 0x13)),
        queue(CommandError.WQ_BATCH_SIZE, "2^11", d -> limits(d, 21, 11)),
        queue(CommandError.NONE, "2^10", d -> limits(d, 31, 10)),
        queue(
            CommandError.WQ_PRIV,
            "privilege without privileged mode",
            d -> {
              d.device.config().write(PASID_CONTROL, 2, 1);
              mode(d, 0x11 | Wqcfg.PASID_ENABLE.mask() | Wqcfg.PRIV.mask());
            }),
        queue(
            CommandError.NONE,
            "privilege in privileged mode",
            d -> {
              d.device.config().write(PASID_CONTROL, 2, 5);
              mode(d, 0x11 | Wqcfg.PASID_ENABLE.mask() | Wqcfg.PRIV.mask());
            }),
        queue(
            CommandError.WQ_OCCUPANCY_INTERRUPT,
            "occupancy interrupt to no vector",
            d -> {
              d.write(Register.WQCFG_OCCUPANCY_HANDLE, 0, 9);
              d.write(Register.WQCFG_OCCUPANCY_LIMIT, 0, 1 << 16);
            }),
        queue(CommandError.WQ_ATS, "ATS disable", d -> mode(d, 0x15)),
        queue(CommandError.WQ_PRS, "PRS disable", d -> mode(d, 0x19)),
        queue(
            CommandError.WQ_OPCFG,
            "operation that is not there",
            d -> d.write(Register.WQCFG_OPCFG0, 0, 1L << 40)),
        queue(
            CommandError.WQ_OPCFG,
            "operation beyond 64",
            d -> d.write(Register.WQCFG_OPCFG3, 0, 1)),
        new Case(
            CommandError.WQ_TRANSFER_SIZE,
            "2^31 where 2^21 is most",
            small(),
            d -> {
              limits(d, 31, 5);
              d.must(Command.ENABLE_DEVICE, 0);
            },
            Command.ENABLE_WQ,
            0));
  }

  private static DsaProfile small() {
    DsaProfile p = DsaProfile.physical();
    return new DsaProfile(
        p.version(), 8, 128, 4, 4, 96, p.opcap(), p.features(), 21, 10, 0, 0, p.options());
  }

  private static Stream<Case> others() {
    return Stream.of(
        other(CommandError.NOT_SUPPORTED, d -> {}, Command.REQUEST_INT_HANDLE, 0),
        other(CommandError.RESERVED_OPERAND, d -> {}, Command.ENABLE_DEVICE, 1),
        other(CommandError.RESERVED_OPERAND, d -> d.enable(0), Command.ENABLE_WQ, 0x100),
        other(
            CommandError.HALTED,
            d -> {
              d.enable(0);
              d.busMaster(false);
            },
            Command.DRAIN_ALL,
            0),
        other(CommandError.DISABLE_NOT_ENABLED, d -> {}, Command.DISABLE_DEVICE, 0),
        other(CommandError.WQ_NOT_ENABLED, d -> {}, Command.DISABLE_WQ, 1),
        other(CommandError.WQ_NOT_ENABLED, d -> d.enable(0), Command.DRAIN_WQ, 2),
        other(CommandError.WQ_NOT_ENABLED, d -> d.enable(0), Command.ABORT_WQ, 3),
        other(CommandError.WQ_INDEX, d -> d.enable(0), Command.DRAIN_WQ, 0x10001),
        other(CommandError.WQ_INDEX, d -> d.enable(0), Command.RESET_WQ, 0x100),
        other(CommandError.NONE, d -> {}, Command.RESET_WQ, 0xFF),
        other(CommandError.NONE, d -> {}, Command.DRAIN_ALL, 0),
        other(CommandError.NONE, d -> {}, Command.ABORT_ALL, 0),
        other(CommandError.NONE, d -> {}, Command.DRAIN_PASID, 5),
        other(CommandError.NONE, d -> {}, Command.ABORT_PASID, 5),
        handles(CommandError.INTERRUPT_INDEX, d -> {}, Command.REQUEST_INT_HANDLE, 9),
        handles(CommandError.INTERRUPT_INDEX, d -> {}, Command.REQUEST_INT_HANDLE, 0x10100),
        handles(CommandError.INTERRUPT_INDEX, d -> {}, Command.RELEASE_INT_HANDLE, 3),
        handles(
            CommandError.NO_HANDLE,
            d -> {
              for (int i = 0; i < 1024; i++) {
                d.command(Command.REQUEST_INT_HANDLE, 1);
              }
            },
            Command.REQUEST_INT_HANDLE,
            1));
  }

  private static Case handles(
      CommandError expected, Consumer<Driver> arrange, Command command, int operand) {
    DsaProfile profile = DsaProfile.physical().with(Option.HANDLES);
    return new Case(expected, command + " " + operand, profile, arrange, command, operand);
  }

  private static void flags(Driver d, long bits) {
    d.write(Register.GRPCFG_FLAGS, 0, d.read(Register.GRPCFG_FLAGS, 0) | bits);
  }

  private static void allowed(Driver d, int allowed, int reserved) {
    long flags = GroupFlags.RESERVED.set(GroupFlags.ALLOWED.set(0, allowed), reserved);
    d.write(Register.GRPCFG_FLAGS, 0, flags);
  }

  private static void log(Driver d, long base, int size, int bits) {
    d.write(Register.EVLCFG0, base | bits);
    d.write(Register.EVLCFG1, Evlcfg.SIZE.set(0, size));
    d.write(Register.GENCFG, d.read(Register.GENCFG) | Gencfg.EVL.mask());
  }

  private static void mode(Driver d, long mode) {
    d.write(Register.WQCFG_MODE, 0, mode);
  }

  private static void limits(Driver d, int transfer, int batch) {
    d.write(
        Register.WQCFG_LIMITS,
        0,
        Wqcfg.BATCH_SHIFT.set(Wqcfg.TRANSFER_SHIFT.set(0, transfer), batch));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void commandReports(Case mistake) {
    try (Driver driver = new Driver(mistake.profile, EnginePolicy.caller())) {
      driver.configure(0, 16);
      mistake.arrange.accept(driver);
      int before = driver.vectors.get(0);
      int status = driver.command(mistake.command, mistake.operand);
      assertThat(status).isEqualTo(mistake.expected.code());
      assertThat(driver.vectors.get(0)).isEqualTo(before + 1);
    }
  }

  @Test
  void everyErrorHasItsCase() {
    Set<CommandError> missing = EnumSet.complementOf(EnumSet.copyOf(UNREACHABLE));
    cases().forEach(c -> missing.remove(c.expected));
    assertThat(missing).isEmpty();
  }

  @Test
  void undefinedCommandsAreNotSupported() {
    try (Driver driver = new Driver(DsaProfile.physical(), EnginePolicy.caller())) {
      for (int code : new int[] {0, 13, 14, 15, 16, 17, 31}) {
        driver.write(Register.CMD, (long) code << 20);
        assertThat(driver.read(Register.CMDSTATUS)).isEqualTo(1);
      }
      assertThat(driver.vectors.get(0)).isZero();
    }
  }
}
