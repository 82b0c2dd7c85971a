package dev.adit.machine;

import dev.adit.interrupts.BusDomain;
import dev.adit.interrupts.ImsArray;

/**
 * The message store of a physical function whose entries back the vectors of sub-devices.
 *
 * @param ims the store
 * @param requesterId the physical function's, which all its sub-devices share
 * @param domain its interrupts, which the host alone programs
 */
public record SharedStore(ImsArray ims, int requesterId, BusDomain domain) {}
