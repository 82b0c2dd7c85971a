package dev.adit.host;

import dev.adit.interrupts.remap.Outcome;

/**
 * An interrupt message of a function that the remapping unit stopped.
 *
 * @param outcome what became of it, and why
 * @param requesterId the function that sent it: bus, device and function, 16 bits
 * @param owner number of the device that the remapping entry belongs or belonged to last; 0 for
 *     none
 */
public record Blocked(Outcome outcome, int requesterId, int owner) {}
