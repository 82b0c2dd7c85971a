package dev.adit.host;

/**
 * Accesses of a client to the regions of a function. Each is a message, and in a guest under KVM an
 * exit from the guest.
 *
 * @param reads of all regions, each answered
 * @param writes of all regions, posted or answered
 */
public record RegisterAccesses(long reads, long writes) {}
