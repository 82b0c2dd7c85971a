package dev.adit.machine;

import dev.adit.devices.dsa.spec.Opcode;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * One operation tried on random data, its result compared with a plain calculation on the driver's
 * side that shares nothing with the device.
 *
 * @param opcode the operation
 * @param prepare fills descriptor and buffers
 * @param verify whether memory and completion record are as they should be
 */
record DsaTrial(
    Opcode opcode, Consumer<DsaWork> prepare, BiPredicate<DsaWork, MemorySegment> verify) {
  /** Most bytes of source data in one trial. */
  static final int MAX_SIZE = 32 << 10;

  /** {@return a trial for every operation of bulk memory} */
  static List<DsaTrial> all() {
    List<DsaTrial> all = new ArrayList<>(DataTrials.all());
    all.addAll(DifTrials.all());
    return all;
  }
}
