package dev.adit.devices.dsa;

import static dev.adit.devices.dsa.PerformanceCounters.COMPLETION;
import static dev.adit.devices.dsa.PerformanceCounters.ENGINE;
import static dev.adit.devices.dsa.PerformanceCounters.OPERATION;

import dev.adit.devices.dsa.spec.CompletionRecord;
import dev.adit.devices.dsa.spec.Descriptor;
import dev.adit.devices.dsa.spec.Opcode;
import dev.adit.devices.dsa.spec.Status;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The counter events of one finished descriptor (appendix D, categories 1, 3 and 4). */
final class EngineEvents {
  /** Data is counted in units of so many bytes. */
  private static final int UNIT = 32;

  private EngineEvents() {}

  static void count(
      PerformanceCounters counters,
      MemorySegment d,
      int status,
      int wq,
      int engine,
      boolean inBatch) {
    int opcode = Descriptor.opcode(d, 0);
    int code = status & Status.CODE_MASK;
    int source = inBatch ? PerformanceCounters.FROM_BATCH : PerformanceCounters.FROM_QUEUE;
    counters.count(ENGINE, source, 1, wq, engine);
    counters.count(OPERATION, PerformanceCounters.event(opcode), 1, wq, engine);
    boolean good = code == Status.SUCCESS || code == Status.SUCCESS_FALSE;
    if (good) {
      data(counters, Opcode.of(opcode), Descriptor.size(d, 0), wq, engine);
    }
    int ending =
        good
            ? PerformanceCounters.SUCCESS
            : code == Status.PAGE_FAULT ? PerformanceCounters.PARTIAL : PerformanceCounters.ERROR;
    counters.count(COMPLETION, ending, 1, wq, engine);
    if (CompletionRecord.due(Descriptor.flags(d, 0), status)) {
      counters.count(COMPLETION, PerformanceCounters.RECORD, 1, wq, engine);
    }
  }

  private static void data(
      PerformanceCounters counters, @Nullable Opcode opcode, long size, int wq, int engine) {
    if (opcode == null) {
      return;
    }
    int sources =
        switch (opcode) {
          case MEMORY_MOVE,
              COMPARE_PATTERN,
              DUALCAST,
              APPLY_DELTA,
              CRC,
              COPY_CRC,
              DIF_CHECK,
              DIF_INSERT,
              DIF_STRIP,
              DIF_UPDATE,
              DIX_GENERATE ->
              1;
          case COMPARE, CREATE_DELTA -> 2;
          case NOOP, BATCH, DRAIN, FILL, TRANSLATION_FETCH, CACHE_FLUSH -> 0;
        };
    int destinations =
        switch (opcode) {
          case MEMORY_MOVE,
              FILL,
              CREATE_DELTA,
              APPLY_DELTA,
              COPY_CRC,
              DIF_INSERT,
              DIF_STRIP,
              DIF_UPDATE,
              DIX_GENERATE ->
              1;
          case DUALCAST -> 2;
          default -> 0;
        };
    long units = (size + UNIT - 1) / UNIT;
    if (sources > 0) {
      counters.count(ENGINE, PerformanceCounters.DATA_READ, units * sources, wq, engine);
      counters.count(ENGINE, PerformanceCounters.READS_SOURCE_1, 1, wq, engine);
    }
    if (sources > 1) {
      counters.count(ENGINE, PerformanceCounters.READS_SOURCE_2, 1, wq, engine);
    }
    if (destinations > 0) {
      counters.count(ENGINE, PerformanceCounters.DATA_WRITTEN, units * destinations, wq, engine);
      counters.count(ENGINE, PerformanceCounters.WRITES_DESTINATION_1, 1, wq, engine);
    }
    if (destinations > 1) {
      counters.count(ENGINE, PerformanceCounters.WRITES_DESTINATION_2, 1, wq, engine);
    }
  }
}
