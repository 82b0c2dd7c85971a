package dev.adit.devices.dsa;

import dev.adit.devices.Dma;
import dev.adit.interrupts.store.ImsArray;
import dev.adit.interrupts.store.MsixTable;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a device that its queues, engines and portals share.
 *
 * @param ims null on a device without an interrupt message store
 */
record DsaCore(
    DsaProfile profile,
    EnginePolicy policy,
    Dma dma,
    RegisterFile registers,
    MsixTable msix,
    @Nullable ImsArray ims,
    Handles handles,
    MiscInterrupts interrupts,
    ErrorReports errors,
    PerformanceCounters counters,
    OccupancyInterrupts occupancy) {}
