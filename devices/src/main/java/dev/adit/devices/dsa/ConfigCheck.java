package dev.adit.devices.dsa;

import dev.adit.devices.dsa.DsaProfile.Option;
import dev.adit.devices.dsa.spec.Capabilities.Gencap;
import dev.adit.devices.dsa.spec.CommandError;
import dev.adit.devices.dsa.spec.Register;
import dev.adit.devices.dsa.spec.Register.Evlcfg;
import dev.adit.devices.dsa.spec.Register.Gencfg;
import dev.adit.devices.dsa.spec.Register.GroupFlags;
import dev.adit.devices.dsa.spec.Register.Wqcfg;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.Switch;
import dev.adit.pci.spec.Pri;

/** What must hold of the configuration before the device or a queue is enabled (5.1 and 5.2). */
final class ConfigCheck {
  private static final Register[] GROUP_WQS = {
    Register.GRPCFG_WQS0, Register.GRPCFG_WQS1, Register.GRPCFG_WQS2, Register.GRPCFG_WQS3
  };
  private static final int BUFFERS_PER_ENGINE = 4;
  private static final int LEAST_LOG_ENTRIES = 64;

  private final DsaProfile profile;
  private final RegisterFile registers;
  private final EmulatedConfigSpace config;
  private final Handles handles;

  ConfigCheck(
      DsaProfile profile, RegisterFile registers, EmulatedConfigSpace config, Handles handles) {
    this.profile = profile;
    this.registers = registers;
    this.config = config;
    this.handles = handles;
  }

  /** {@return why the device must not be enabled, or NONE} */
  CommandError device() {
    if (!config.on(Switch.BUS_MASTER)) {
      return CommandError.BUS_MASTER;
    }
    long allocation = config.get(Pri.ALLOCATION);
    if (config.on(Switch.PRI) && (allocation == 0 || allocation > config.get(Pri.CAPACITY))) {
      return CommandError.PAGE_REQUEST_ALLOCATION;
    }
    int sizes = 0;
    for (int wq = 0; wq < profile.wqs(); wq++) {
      sizes += size(wq);
    }
    if (sizes > profile.entries()) {
      return CommandError.SUM_OF_WQ_SIZES;
    }
    CommandError groups = groups();
    if (groups != CommandError.NONE) {
      return groups;
    }
    return readBuffersWrong() ? CommandError.READ_BUFFERS : eventLog();
  }

  private int size(int wq) {
    return Wqcfg.SIZE.getInt(registers.get(Register.WQCFG_SIZE, wq));
  }

  /** {@return the queues of a group, those beyond the 64th as bits that no device has} */
  long wqs(int group) {
    long beyond = 0;
    for (int i = 1; i < GROUP_WQS.length; i++) {
      beyond |= registers.get(GROUP_WQS[i], group);
    }
    long first = registers.get(Register.GRPCFG_WQS0, group);
    return beyond == 0 ? first : first | 1L << 63;
  }

  long engines(int group) {
    return registers.get(Register.GRPCFG_ENGINES, group);
  }

  private long flags(int group) {
    return registers.get(Register.GRPCFG_FLAGS, group);
  }

  private CommandError groups() {
    long seenWqs = 0;
    long seenEngines = 0;
    boolean wqTwice = false;
    boolean engineTwice = false;
    for (int group = 0; group < profile.groups(); group++) {
      long wqs = wqs(group);
      long engines = engines(group);
      boolean beyond = wqs >>> profile.wqs() != 0 || engines >>> profile.engines() != 0;
      long undefined = ~GroupFlags.DEFINED | GroupFlags.WORK_LIMIT.mask();
      undefined |= GroupFlags.BATCH_LIMIT.mask();
      if (beyond || wqs == 0 != (engines == 0) || (flags(group) & undefined) != 0) {
        return CommandError.GROUP_CONFIG;
      }
      wqTwice |= (seenWqs & wqs) != 0;
      engineTwice |= (seenEngines & engines) != 0;
      seenWqs |= wqs;
      seenEngines |= engines;
    }
    for (int wq = 0; wq < profile.wqs(); wq++) {
      boolean inGroup = (seenWqs >>> wq & 1) != 0;
      wqTwice |= inGroup != size(wq) > 0;
    }
    if (wqTwice) {
      return CommandError.GROUP_WQS;
    }
    return engineTwice ? CommandError.GROUP_ENGINES : CommandError.NONE;
  }

  private boolean readBuffersWrong() {
    int limit = Gencfg.READ_BUFFERS.getInt(registers.get(Register.GENCFG));
    int total = profile.readBuffers();
    int reserved = 0;
    int limited = 0;
    boolean wrong = limit > total;
    for (int group = 0; group < profile.groups(); group++) {
      long flags = flags(group);
      reserved += GroupFlags.RESERVED.getInt(flags);
      wrong |= GroupFlags.READ_BANDWIDTH.isSet(flags) || GroupFlags.WRITE_BANDWIDTH.isSet(flags);
      limited += GroupFlags.USE_GLOBAL_LIMIT.isSet(flags) ? Long.bitCount(engines(group)) : 0;
    }
    wrong |= reserved > total || (limited > 0 && limit < BUFFERS_PER_ENGINE * limited);
    for (int group = 0; group < profile.groups(); group++) {
      long flags = flags(group);
      int allowed = GroupFlags.ALLOWED.getInt(flags);
      int own = GroupFlags.RESERVED.getInt(flags);
      int least = Math.max(BUFFERS_PER_ENGINE * Long.bitCount(engines(group)), own);
      wrong |= engines(group) != 0 && (allowed < least || allowed > own + total - reserved);
    }
    return wrong;
  }

  private CommandError eventLog() {
    long first = registers.get(Register.EVLCFG0);
    boolean on = Gencfg.EVL.isSet(registers.get(Register.GENCFG));
    if (on) {
      long size = Evlcfg.SIZE.get(registers.get(Register.EVLCFG1));
      long last = (first & Evlcfg.BASE.mask()) + size * profile.architecture().logEntryBytes() - 1;
      boolean wraps = Long.compareUnsigned(last, first & Evlcfg.BASE.mask()) < 0;
      if (!profile.has(Option.EVENT_LOG) || size < LEAST_LOG_ENTRIES || wraps) {
        return CommandError.EVENT_LOG;
      }
    }
    boolean noPasid = Evlcfg.PASID_ENABLE.isSet(first) && !config.on(Switch.PASID);
    boolean noPriv = Evlcfg.PRIV.isSet(first) && !config.on(Switch.PASID_PRIVILEGED);
    return on && (noPasid || noPriv) ? CommandError.EVENT_LOG_PASID : CommandError.NONE;
  }

  /** {@return why a queue must not be enabled, or NONE} */
  CommandError queue(int wq) {
    long mode = registers.get(Register.WQCFG_MODE, wq);
    long limits = registers.get(Register.WQCFG_LIMITS, wq);
    boolean dedicated = Wqcfg.DEDICATED.isSet(mode);
    boolean pasid = Wqcfg.PASID_ENABLE.isSet(mode);
    if (size(wq) == 0) {
      return CommandError.WQ_SIZE;
    }
    if (!Wqcfg.PRIORITY.isSet(mode)) {
      return CommandError.WQ_PRIORITY;
    }
    if (!dedicated && !profile.has(Option.SHARED)) {
      return CommandError.WQ_MODE;
    }
    if (Wqcfg.BLOCK_ON_FAULT.isSet(mode) && !mayBlockOnFault()) {
      return CommandError.WQ_BLOCK_ON_FAULT;
    }
    if ((!dedicated && !pasid) || (pasid && !config.on(Switch.PASID))) {
      return CommandError.WQ_PASID_ENABLE;
    }
    if (Wqcfg.BATCH_SHIFT.get(limits) > profile.batchShift()) {
      return CommandError.WQ_BATCH_SIZE;
    }
    if (Wqcfg.TRANSFER_SHIFT.get(limits) > profile.transferShift()) {
      return CommandError.WQ_TRANSFER_SIZE;
    }
    if (dedicated && pasid && Wqcfg.PRIV.isSet(mode) && !config.on(Switch.PASID_PRIVILEGED)) {
      return CommandError.WQ_PRIV;
    }
    return queueOptions(wq, mode);
  }

  private boolean mayBlockOnFault() {
    return profile.has(Gencap.BLOCK_ON_FAULT)
        && (!profile.has(Option.STRICT_BLOCK_ON_FAULT) || config.on(Switch.PRI));
  }

  private CommandError queueOptions(int wq, long mode) {
    long occupancy = registers.get(Register.WQCFG_OCCUPANCY_HANDLE, wq);
    boolean asked = Wqcfg.OCCUPANCY_ENABLE.isSet(registers.get(Register.WQCFG_OCCUPANCY_LIMIT, wq));
    int handle = Wqcfg.OCCUPANCY_HANDLE.getInt(occupancy);
    boolean ims = Wqcfg.OCCUPANCY_TABLE.isSet(occupancy);
    if (asked && handles.entry(handle, ims) == Handles.NONE) {
      return CommandError.WQ_OCCUPANCY_INTERRUPT;
    }
    if (Wqcfg.ATS_DISABLE.isSet(mode)) {
      return CommandError.WQ_ATS;
    }
    Architecture of = profile.architecture();
    long operations = registers.get(Register.WQCFG_OPCFG0, wq) & ~of.opcap(0, profile.opcap());
    operations |= registers.get(Register.WQCFG_OPCFG1, wq) & ~of.opcap(1, profile.opcap());
    operations |= registers.get(Register.WQCFG_OPCFG2, wq);
    operations |= registers.get(Register.WQCFG_OPCFG3, wq);
    if (operations != 0) {
      return CommandError.WQ_OPCFG;
    }
    return Wqcfg.PRS_DISABLE.isSet(mode) ? CommandError.WQ_PRS : CommandError.NONE;
  }

  /** {@return a queue's configuration, once it has passed {@link #queue}} */
  QueueConfig config(int wq) {
    long mode = registers.get(Register.WQCFG_MODE, wq);
    boolean pasid = Wqcfg.PASID_ENABLE.isSet(mode);
    boolean userInterrupts = Gencfg.USER_INTERRUPTS.isSet(registers.get(Register.GENCFG));
    return new QueueConfig(
        size(wq),
        Wqcfg.DEDICATED.isSet(mode),
        Wqcfg.PRIORITY.getInt(mode),
        pasid,
        Wqcfg.PASID.getInt(mode),
        Wqcfg.PRIV.isSet(mode),
        config.on(Switch.PASID_PRIVILEGED),
        limits(wq, true),
        limits(wq, userInterrupts));
  }

  private Limits limits(int wq, boolean interrupts) {
    long mode = registers.get(Register.WQCFG_MODE, wq);
    long limits = registers.get(Register.WQCFG_LIMITS, wq);
    return new Limits(
        profile.gencap(),
        profile.opcap()
            & profile
                .architecture()
                .operations(
                    registers.get(Register.WQCFG_OPCFG0, wq),
                    registers.get(Register.WQCFG_OPCFG1, wq)),
        1L << Wqcfg.TRANSFER_SHIFT.getInt(limits),
        1 << Wqcfg.BATCH_SHIFT.getInt(limits),
        Wqcfg.BLOCK_ON_FAULT.isSet(mode),
        interrupts,
        config.on(Switch.ATS));
  }
}
