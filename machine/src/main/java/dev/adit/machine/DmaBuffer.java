package dev.adit.machine;

import java.lang.foreign.MemorySegment;

/**
 * Memory shared between a driver and its function.
 *
 * @param memory the driver's view
 * @param address where the function finds it
 */
public record DmaBuffer(MemorySegment memory, long address) {}
