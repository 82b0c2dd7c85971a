package dev.adit.interrupts;

/** Where an interrupt is to end. */
public sealed interface Target {
  /** Any processor of the machine. */
  Cpu ANY_CPU = new Cpu(-1);

  /**
   * A vector of the vector domain's choice on a processor.
   *
   * @param cpu the processor's number, or -1 for any
   */
  record Cpu(int cpu) implements Target {}

  /**
   * A vector of a guest, by way of the posted-interrupt descriptor of one of its processors.
   *
   * @param descriptor host address of the descriptor, 64-byte aligned
   * @param vector the guest's vector
   * @param urgent whether the guest is told at once even when it does not run
   */
  record Posted(long descriptor, int vector, boolean urgent) implements Target {}
}
