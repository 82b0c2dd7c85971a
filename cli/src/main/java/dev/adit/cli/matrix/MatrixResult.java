package dev.adit.cli.matrix;

import dev.adit.machine.Attack;
import dev.adit.platform.Ims;
import dev.adit.platform.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * What happened in a row of the matrix with one setting of the switch.
 *
 * @param verdict the decision for the machine of the row
 * @param store the store that the driver ended up with
 * @param refusal what the driver was told when it asked for IMS; empty if it got it
 * @param hops the way of the last interrupt
 * @param sent interrupts the driver asked the device for
 * @param delivered interrupts that reached the driver's processors
 * @param traps accesses of the guest that the hypervisor intercepted
 * @param hypercalls calls the guest made
 * @param attacks the attacks on what protects this row
 */
public record MatrixResult(
    MatrixRow row,
    Ims ims,
    Verdict verdict,
    String store,
    String refusal,
    List<Hop> hops,
    long sent,
    long delivered,
    long traps,
    long hypercalls,
    List<Attack> attacks) {
  /**
   * A step on the way of an interrupt.
   *
   * @param where who has it
   * @param what what it is there
   */
  public record Hop(String where, String what) {}

  /** {@return what is wrong with this result, empty if nothing} */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (verdict.outcome() != row.expected(ims)) {
      problems.add("expected " + row.expected(ims) + ", decided " + verdict.outcome());
    }
    if (store.startsWith("IMS") != verdict.allowed()) {
      problems.add("the verdict is " + verdict.outcome() + ", the driver uses " + store);
    }
    if (sent == 0 || sent != delivered) {
      problems.add(sent + " interrupts sent, " + delivered + " delivered");
    }
    for (Attack attack : attacks) {
      if (attack.broken()) {
        problems.add(attack.through() + " got through: " + attack.kind().text());
      }
    }
    return problems;
  }
}
