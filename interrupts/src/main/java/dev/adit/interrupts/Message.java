package dev.adit.interrupts;

/**
 * An interrupt message: what is written, and where to. Only the interrupt controller that composed
 * it knows what it means.
 *
 * @param address 64 bits
 * @param data 32 bits
 */
public record Message(long address, int data) {
  @Override
  public String toString() {
    return String.format("0x%08x=0x%08x", address, data);
  }
}
