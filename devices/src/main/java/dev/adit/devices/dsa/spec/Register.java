package dev.adit.devices.dsa.spec;

import static dev.adit.devices.dsa.spec.Block.CNTRCFG;
import static dev.adit.devices.dsa.spec.Block.CNTRDATA;
import static dev.adit.devices.dsa.spec.Block.EVNTCAP;
import static dev.adit.devices.dsa.spec.Block.FLTCFG;
import static dev.adit.devices.dsa.spec.Block.GENERAL;
import static dev.adit.devices.dsa.spec.Block.GRPCFG;
import static dev.adit.devices.dsa.spec.Block.MSIXPERM;
import static dev.adit.devices.dsa.spec.Block.PERFMON;
import static dev.adit.devices.dsa.spec.Block.WQCFG;
import static dev.adit.devices.dsa.spec.Field.ro;
import static dev.adit.devices.dsa.spec.Field.rw;
import static dev.adit.devices.dsa.spec.Field.w1c;
import static dev.adit.devices.dsa.spec.Field.wo;

import dev.adit.devices.dsa.spec.Field.Access;
import java.util.List;

/**
 * The registers of BAR0 (Intel DSA Architecture Specification rev 3.0, section 9.2). Bits outside
 * the fields are reserved: they read as 0 and ignore writes. Registers wider than 64 bits are
 * several here, numbered upwards.
 */
public enum Register {
  VERSION(GENERAL, 0x00, 4, ro("major", 15, 8), ro("minor", 7, 0)),
  GENCAP(GENERAL, 0x10, 8, ro("gencap", 63, 0)),
  WQCAP(GENERAL, 0x20, 8, ro("wqcap", 63, 0)),
  GRPCAP(GENERAL, 0x30, 8, ro("grpcap", 63, 0)),
  ENGCAP(GENERAL, 0x38, 8, ro("engcap", 63, 0)),
  OPCAP0(GENERAL, 0x40, 8, ro("opcap", 63, 0)),
  OPCAP1(GENERAL, 0x48, 8),
  OPCAP2(GENERAL, 0x50, 8),
  OPCAP3(GENERAL, 0x58, 8),
  OFFSETS0(
      GENERAL,
      0x60,
      8,
      ro("grpcfg", 15, 0),
      ro("wqcfg", 31, 16),
      ro("msixperm", 47, 32),
      ro("ims", 63, 48)),
  OFFSETS1(GENERAL, 0x68, 8, ro("perfmon", 15, 0), ro("idpt", 31, 16)),
  GENCFG(
      GENERAL, 0x80, 4, Lock.DEVICE_STATE, Gencfg.READ_BUFFERS, Gencfg.USER_INTERRUPTS, Gencfg.EVL),
  GENCTRL(GENERAL, 0x88, 4, Genctrl.SOFTWARE_ERROR, Genctrl.HALT, Genctrl.EVENT_LOG),
  GENSTS(GENERAL, 0x90, 4, Gensts.STATE, Gensts.RESET_TYPE),
  INTCAUSE(GENERAL, 0x98, 4, w1c("cause", 5, 0), w1c("handles_revoked", 31, 31)),
  CMD(GENERAL, 0xA0, 4, Cmd.OPERAND, Cmd.CODE, Cmd.INTERRUPT),
  CMDSTATUS(GENERAL, 0xA8, 4, CmdStatus.ERROR, CmdStatus.RESULT, CmdStatus.ACTIVE),
  CMDCAP(GENERAL, 0xB0, 4, ro("commands", 31, 0)),
  SWERROR0(GENERAL, 0xC0, 8, w1c("valid", 0, 0), w1c("overflow", 1, 1), ro("error", 63, 2)),
  SWERROR1(GENERAL, 0xC8, 8, ro("batch_index", 15, 0), ro("error_info", 63, 32)),
  SWERROR2(GENERAL, 0xD0, 8, ro("address", 63, 0)),
  SWERROR3(GENERAL, 0xD8, 8),
  EVLCFG0(GENERAL, 0xE0, 8, Lock.DEVICE_STATE, Evlcfg.PASID_ENABLE, Evlcfg.PRIV, Evlcfg.BASE),
  EVLCFG1(GENERAL, 0xE8, 8, Lock.DEVICE_STATE, Evlcfg.SIZE, Evlcfg.PASID),
  EVLSTATUS(GENERAL, 0xF0, 8, EvlStatus.HEAD, EvlStatus.TAIL, EvlStatus.INTERRUPT_PENDING),

  MSIXPERM_ENTRY(MSIXPERM, 0x00, 4, Permission.IGNORE, Permission.PASID_ENABLE, Permission.PASID),

  GRPCFG_WQS0(GRPCFG, 0x00, 8, Lock.DEVICE, rw("wqs", 63, 0)),
  GRPCFG_WQS1(GRPCFG, 0x08, 8, Lock.DEVICE, rw("wqs", 63, 0)),
  GRPCFG_WQS2(GRPCFG, 0x10, 8, Lock.DEVICE, rw("wqs", 63, 0)),
  GRPCFG_WQS3(GRPCFG, 0x18, 8, Lock.DEVICE, rw("wqs", 63, 0)),
  GRPCFG_ENGINES(GRPCFG, 0x20, 8, Lock.DEVICE, rw("engines", 63, 0)),
  GRPCFG_FLAGS(GRPCFG, 0x28, 8, Lock.DEVICE, rw("flags", 63, 0)),

  WQCFG_SIZE(WQCFG, 0x00, 4, Lock.DEVICE, Wqcfg.SIZE),
  WQCFG_THRESHOLD(WQCFG, 0x04, 4, Wqcfg.THRESHOLD),
  WQCFG_MODE(
      WQCFG,
      0x08,
      4,
      Lock.QUEUE,
      Wqcfg.DEDICATED,
      Wqcfg.BLOCK_ON_FAULT,
      Wqcfg.ATS_DISABLE,
      Wqcfg.PRS_DISABLE,
      Wqcfg.PRIORITY,
      Wqcfg.PASID,
      Wqcfg.PASID_ENABLE,
      Wqcfg.PRIV),
  WQCFG_LIMITS(
      WQCFG, 0x0C, 4, Lock.QUEUE, Wqcfg.TRANSFER_SHIFT, Wqcfg.BATCH_SHIFT, Wqcfg.SGL_SHIFT),
  WQCFG_OCCUPANCY_HANDLE(WQCFG, 0x10, 4, Lock.QUEUE, Wqcfg.OCCUPANCY_HANDLE, Wqcfg.OCCUPANCY_TABLE),
  WQCFG_OCCUPANCY_LIMIT(WQCFG, 0x14, 4, Wqcfg.OCCUPANCY_LIMIT, Wqcfg.OCCUPANCY_ENABLE),
  WQCFG_STATUS(
      WQCFG, 0x18, 4, Wqcfg.OCCUPANCY, Wqcfg.OCCUPANCY_GENERATED, Wqcfg.MODE_SUPPORT, Wqcfg.STATE),
  WQCFG_RESERVED(WQCFG, 0x1C, 4),
  WQCFG_OPCFG0(WQCFG, 0x20, 8, Lock.QUEUE, rw("opcfg", 63, 0)),
  WQCFG_OPCFG1(WQCFG, 0x28, 8, Lock.QUEUE, rw("opcfg", 63, 0)),
  WQCFG_OPCFG2(WQCFG, 0x30, 8, Lock.QUEUE, rw("opcfg", 63, 0)),
  WQCFG_OPCFG3(WQCFG, 0x38, 8, Lock.QUEUE, rw("opcfg", 63, 0)),

  PERFCAP(PERFMON, 0x00, 8, ro("perfcap", 63, 0)),
  PERFRST(PERFMON, 0x10, 4, wo("configuration", 0, 0), wo("counters", 1, 1)),
  PERFFRZ(PERFMON, 0x20, 4, rw("freeze", 0, 0)),
  OVFSTATUS(PERFMON, 0x30, 4, w1c("overflow", 31, 0)),
  EVNTCAP_EVENTS(EVNTCAP, 0x00, 8, ro("events", 27, 0)),
  CNTRCFG_COUNTER(
      CNTRCFG,
      0x00,
      8,
      Perfmon.ENABLE,
      Perfmon.OVERFLOW_INTERRUPT,
      Perfmon.GLOBAL_FREEZE,
      Perfmon.CATEGORY,
      Perfmon.EVENTS),
  CNTRDATA_COUNTER(CNTRDATA, 0x00, 8, rw("value", 63, 0)),
  FLTCFG_WQ(FLTCFG, 0x00, 4, rw("wqs", 31, 0)),
  FLTCFG_ENGINE(FLTCFG, 0x10, 4, rw("engines", 31, 0));

  private final Block block;
  private final int offset;
  private final int width;
  private final Lock lock;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<Field> fields;

  Register(Block block, int offset, int width, Field... fields) {
    this(block, offset, width, Lock.NEVER, fields);
  }

  Register(Block block, int offset, int width, Lock lock, Field... fields) {
    this.block = block;
    this.offset = offset;
    this.width = width;
    this.lock = lock;
    this.fields = List.of(fields);
  }

  /** {@return the table it belongs to} */
  public Block block() {
    return block;
  }

  /** {@return the offset in bytes within an entry of its block} */
  public int offset() {
    return offset;
  }

  /**
   * {@return where it lies in BAR0, in bytes}
   *
   * @param index of the entry of its block
   * @param offsets what {@link #OFFSETS0} says
   * @throws IllegalArgumentException for a register of perfmon
   */
  public long address(int index, long offsets) {
    return block.table(offsets) + (long) index * block.stride() + offset;
  }

  /** {@return 4 or 8 bytes} */
  public int width() {
    return width;
  }

  /** {@return when writes count} */
  public Lock lock() {
    return lock;
  }

  /** {@return its fields} */
  public List<Field> fields() {
    return fields;
  }

  /** {@return all bits with an access class} */
  public long mask(Access access) {
    long mask = 0;
    for (Field field : fields) {
      if (field.access() == access) {
        mask |= field.mask();
      }
    }
    return mask;
  }

  /** General configuration (9.2.9). */
  public static final class Gencfg {
    public static final Field READ_BUFFERS = rw("read_buffer_limit", 7, 0);
    public static final Field USER_INTERRUPTS = rw("user_interrupts", 12, 12);
    public static final Field EVL = rw("event_log", 13, 13);

    private Gencfg() {}
  }

  /** Interrupt enables (9.2.10). */
  public static final class Genctrl {
    public static final Field SOFTWARE_ERROR = rw("software_error", 0, 0);
    public static final Field HALT = rw("halt", 1, 1);
    public static final Field EVENT_LOG = rw("event_log", 2, 2);

    private Genctrl() {}
  }

  /** Device state (9.2.10). */
  public static final class Gensts {
    public static final Field STATE = ro("state", 1, 0);
    public static final Field RESET_TYPE = ro("reset_type", 3, 2);

    private Gensts() {}
  }

  /** Causes of the interrupt of vector 0 (9.2.11), as masks. */
  public static final class Intcause {
    public static final int SOFTWARE_ERROR = 1;
    public static final int COMMAND = 1 << 1;
    public static final int OCCUPANCY = 1 << 2;
    public static final int PERFMON = 1 << 3;
    public static final int HALT = 1 << 4;
    public static final int EVENT_LOG = 1 << 5;
    public static final int HANDLES_REVOKED = 1 << 31;

    private Intcause() {}
  }

  /** Command (9.2.12). */
  public static final class Cmd {
    public static final Field OPERAND = wo("operand", 19, 0);
    public static final Field CODE = wo("code", 24, 20);
    public static final Field INTERRUPT = wo("interrupt", 31, 31);

    private Cmd() {}
  }

  /** Command status (9.2.13). */
  public static final class CmdStatus {
    public static final Field ERROR = ro("error", 7, 0);
    public static final Field RESULT = ro("result", 23, 8);
    public static final Field ACTIVE = ro("active", 31, 31);

    private CmdStatus() {}
  }

  /** Software error, first quadword (9.2.15); an event log entry starts with the same layout. */
  public static final class SwError {
    public static final Field VALID = w1c("valid", 0, 0);
    public static final Field OVERFLOW = w1c("overflow", 1, 1);
    public static final Field DESCRIPTOR_VALID = ro("descriptor_valid", 2, 2);
    public static final Field WQ_VALID = ro("wq_valid", 3, 3);
    public static final Field BATCH_MEMBER = ro("batch_member", 4, 4);
    public static final Field WRITE = ro("write", 5, 5);
    public static final Field PRIV = ro("priv", 6, 6);
    public static final Field INFO_VALID = ro("info_valid", 7, 7);
    public static final Field ERROR = ro("error", 15, 8);
    public static final Field WQ = ro("wq", 23, 16);

    /** In event log entries only. */
    public static final Field BATCH_ID = ro("batch_id", 31, 24);

    public static final Field OPCODE = ro("opcode", 39, 32);
    public static final Field PASID = ro("pasid", 59, 40);

    private SwError() {}
  }

  /** Event log configuration (9.2.16), both quadwords. */
  public static final class Evlcfg {
    public static final Field PASID_ENABLE = rw("pasid_enable", 0, 0);
    public static final Field PRIV = rw("priv", 1, 1);
    public static final Field BASE = rw("base", 63, 12);
    public static final Field SIZE = rw("size", 15, 0);
    public static final Field PASID = rw("pasid", 35, 16);

    private Evlcfg() {}
  }

  /** Event log status (9.2.17). */
  public static final class EvlStatus {
    public static final Field HEAD = rw("head", 15, 0);
    public static final Field TAIL = ro("tail", 47, 32);
    public static final Field INTERRUPT_PENDING = w1c("interrupt_pending", 62, 62);

    private EvlStatus() {}
  }

  /** MSI-X permission (9.2.21). */
  public static final class Permission {
    public static final Field IGNORE = rw("ignore", 2, 2);
    public static final Field PASID_ENABLE = rw("pasid_enable", 3, 3);
    public static final Field PASID = rw("pasid", 31, 12);

    private Permission() {}
  }

  /** Group flags (9.2.24). */
  public static final class GroupFlags {
    public static final Field TC_A = rw("tc_a", 2, 0);
    public static final Field TC_B = rw("tc_b", 5, 3);
    public static final Field USE_GLOBAL_LIMIT = rw("use_global_limit", 7, 7);
    public static final Field RESERVED = rw("read_buffers_reserved", 15, 8);
    public static final Field ALLOWED = rw("read_buffers_allowed", 27, 20);
    public static final Field WORK_LIMIT = rw("work_descriptor_limit", 33, 32);
    public static final Field BATCH_LIMIT = rw("batch_descriptor_limit", 37, 36);
    public static final Field READ_BANDWIDTH = rw("read_bandwidth", 43, 40);
    public static final Field WRITE_BANDWIDTH = rw("write_bandwidth", 47, 44);

    /** Every bit that has a meaning. */
    public static final long DEFINED =
        TC_A.mask()
            | TC_B.mask()
            | USE_GLOBAL_LIMIT.mask()
            | RESERVED.mask()
            | ALLOWED.mask()
            | WORK_LIMIT.mask()
            | BATCH_LIMIT.mask()
            | READ_BANDWIDTH.mask()
            | WRITE_BANDWIDTH.mask();

    private GroupFlags() {}
  }

  /** Work queue configuration (9.2.26), the 32-bit words. */
  public static final class Wqcfg {
    public static final Field SIZE = rw("size", 15, 0);
    public static final Field THRESHOLD = rw("threshold", 15, 0);
    public static final Field DEDICATED = rw("dedicated", 0, 0);
    public static final Field BLOCK_ON_FAULT = rw("block_on_fault", 1, 1);
    public static final Field ATS_DISABLE = rw("ats_disable", 2, 2);
    public static final Field PRS_DISABLE = rw("prs_disable", 3, 3);
    public static final Field PRIORITY = rw("priority", 7, 4);
    public static final Field PASID = rw("pasid", 27, 8);
    public static final Field PASID_ENABLE = rw("pasid_enable", 28, 28);
    public static final Field PRIV = rw("priv", 29, 29);
    public static final Field TRANSFER_SHIFT = rw("max_transfer_shift", 4, 0);
    public static final Field BATCH_SHIFT = rw("max_batch_shift", 8, 5);
    public static final Field SGL_SHIFT = rw("max_sgl_shift", 12, 9);
    public static final Field OCCUPANCY_HANDLE = rw("occupancy_handle", 15, 0);
    public static final Field OCCUPANCY_TABLE = rw("occupancy_table", 16, 16);
    public static final Field OCCUPANCY_LIMIT = rw("occupancy_limit", 15, 0);
    public static final Field OCCUPANCY_ENABLE = rw("occupancy_enable", 16, 16);
    public static final Field OCCUPANCY = ro("occupancy", 15, 0);
    public static final Field OCCUPANCY_GENERATED = w1c("occupancy_generated", 16, 16);
    public static final Field MODE_SUPPORT = ro("mode_support", 29, 29);
    public static final Field STATE = ro("state", 31, 30);

    private Wqcfg() {}
  }

  /** Performance counters (9.2.30 and following). */
  public static final class Perfmon {
    public static final Field ENABLE = rw("enable", 0, 0);
    public static final Field OVERFLOW_INTERRUPT = rw("overflow_interrupt", 1, 1);
    public static final Field GLOBAL_FREEZE = rw("global_freeze", 2, 2);
    public static final Field CATEGORY = rw("category", 11, 8);
    public static final Field EVENTS = rw("events", 59, 32);

    private Perfmon() {}
  }
}
