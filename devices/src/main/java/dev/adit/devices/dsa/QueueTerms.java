package dev.adit.devices.dsa;

/**
 * What a guest has configured for a work queue that is lent to it, as far as the physical queue can
 * hold it to that; everything is within what the virtual function offers. What concerns others,
 * such as PASID and priority, is not among it.
 *
 * @param size entries, at least 1
 * @param threshold entries that the limited portal may fill
 * @param dedicated whether the guest uses it as a dedicated queue
 * @param blockOnFault whether descriptors may ask for it
 * @param transferShift the largest transfer is 2 to this power
 * @param batchShift the largest batch is 2 to this power
 * @param operations bit n allows opcode n
 */
public record QueueTerms(
    int size,
    int threshold,
    boolean dedicated,
    boolean blockOnFault,
    int transferShift,
    int batchShift,
    long operations) {}
