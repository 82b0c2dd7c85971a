package dev.adit.devices.dsa.spec;

/** The 24 flag bits of a descriptor (section 8.1.3). Bits 5, 6 and 15 are reserved everywhere. */
public final class Flags {
  /** Wait for all earlier members of the batch. */
  public static final int FENCE = 1;

  /** Wait until a page fault is resolved instead of completing partially. */
  public static final int BLOCK_ON_FAULT = 1 << 1;

  /** The completion record address is valid. */
  public static final int RECORD_ADDRESS_VALID = 1 << 2;

  /** Write a completion record in any case. */
  public static final int REQUEST_RECORD = 1 << 3;

  /** Send the completion interrupt. */
  public static final int REQUEST_INTERRUPT = 1 << 4;

  /** Let the status tell whether the result is the expected one. */
  public static final int CHECK_RESULT = 1 << 7;

  /** Destination goes to the cache (1) or to memory (0). */
  public static final int CACHE_CONTROL = 1 << 8;

  /** Traffic class selector of the first address. */
  public static final int TC_1 = 1 << 9;

  /** Traffic class selector of the second address. */
  public static final int TC_2 = 1 << 10;

  /** Traffic class selector of the third address. */
  public static final int TC_3 = 1 << 11;

  /** Traffic class selector of the completion record. */
  public static final int TC_RECORD = 1 << 12;

  /** Write to the destination in strict order. */
  public static final int STRICT_ORDER = 1 << 13;

  /** Read the destination back before completing. */
  public static final int READBACK = 1 << 14;

  /** Batch: go on after a batch error. */
  public static final int BATCH_CONTINUE = 1 << 16;

  /** Drain: readback address 1 (offset 16) is valid. */
  public static final int DRAIN_READBACK_1 = 1 << 16;

  /** Drain: readback address 2 (offset 24) is valid. */
  public static final int DRAIN_READBACK_2 = 1 << 17;

  /** Drain: no implied readback in traffic class A. */
  public static final int DRAIN_SUPPRESS_A = 1 << 18;

  /** Drain: no implied readback in traffic class B. */
  public static final int DRAIN_SUPPRESS_B = 1 << 19;

  /** Fill: the pattern has 16 bytes. */
  public static final int FILL_16 = 1 << 18;

  /** CRC: the seed is in memory, at the seed address. */
  public static final int CRC_READ_SEED = 1 << 16;

  /** CRC: seed and result are neither inverted nor bit-reflected. */
  public static final int CRC_BYPASS_INVERSION = 1 << 17;

  /** CRC: the bits of each data byte are not reflected. */
  public static final int CRC_BYPASS_REFLECTION = 1 << 18;

  /** CRC: 64-bit CRC. */
  public static final int CRC_64 = 1 << 19;

  private Flags() {}
}
