package dev.adit.host.control;

/**
 * A work queue and what it has done since it was made.
 *
 * @param index its number
 * @param mode {@code dedicated}, {@code shared}, or {@code off}
 * @param size its entries
 * @param waiting descriptors in it now
 * @param accepted descriptors taken
 * @param rejected posted writes dropped
 * @param retried deferrable writes answered with Retry
 */
public record QueueStatus(
    int index, String mode, int size, int waiting, long accepted, long rejected, long retried) {}
