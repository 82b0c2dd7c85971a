package dev.adit.platform.gather;

import dev.adit.pci.Sighting;
import dev.adit.platform.Decision;
import dev.adit.platform.Diagnosis;
import dev.adit.platform.Evidence;
import dev.adit.platform.Ims;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import dev.adit.platform.Use;
import dev.adit.platform.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What a machine and its functions come to: a pure function of what was gathered.
 *
 * @param machine what was gathered
 * @param ims the switch
 * @param general verdicts for a function that has everything, one for each use: what the platform
 *     itself comes to
 * @param functions the functions that have something to do with SIOV, or that were asked for
 * @param without how many functions have no IMS
 * @param hidden how many functions hide whether they have IMS
 */
public record Assessment(
    Machine machine,
    Ims ims,
    List<Verdict> general,
    List<Assessed> functions,
    int without,
    int hidden) {
  /** The uses that a verdict is given for, for every function. */
  public static final List<Use> USES =
      List.of(
          Use.FUNCTION,
          Use.SUB_DEVICE_HOST_STORE,
          Use.SUB_DEVICE_GUEST_STORE,
          Use.PASSED_SUB_DEVICE);

  private static final Evidence EVERYTHING =
      Evidence.of(
          Map.of(
              Sign.FUNCTION_IMS, Truth.YES,
              Sign.FUNCTION_PASID, Truth.YES,
              Sign.FUNCTION_PASID_CHECK, Truth.YES,
              Sign.FUNCTION_OWN_IOMMU, Truth.NO));

  /**
   * A function and what it comes to.
   *
   * @param part the function
   * @param verdicts one for each use
   * @param diagnoses answers to what users of this kind of function ask
   */
  public record Assessed(Machine.Part part, List<Verdict> verdicts, List<Diagnosis> diagnoses) {}

  /**
   * {@return what a machine comes to}
   *
   * @param asked which functions are wanted whatever they are
   */
  public static Assessment of(Machine machine, Ims ims, Predicate<Machine.Part> asked) {
    List<Assessed> functions = new ArrayList<>();
    int without = 0;
    int hidden = 0;
    for (Machine.Part part : machine.functions()) {
      if (part.siov().ims() == Sighting.HIDDEN) {
        hidden++;
      } else if (part.siov().ims() == Sighting.ABSENT) {
        without++;
      }
      if (asked.test(part) || concerns(part)) {
        functions.add(new Assessed(part, verdicts(part, ims), diagnoses(part)));
      }
    }
    return new Assessment(
        machine,
        ims,
        verdicts(machine.evidence().and(EVERYTHING), ims),
        List.copyOf(functions),
        without,
        hidden);
  }

  /** {@return the evidence for a function that has everything} */
  public Evidence everything() {
    return machine.evidence().and(EVERYTHING);
  }

  private static boolean concerns(Machine.Part part) {
    return part.family().filter(FamilyEvidence::concerned).isPresent()
        || part.siov().dvsec() == Sighting.PRESENT
        || part.siov().siov() == Sighting.PRESENT;
  }

  private static List<Verdict> verdicts(Evidence evidence, Ims ims) {
    return USES.stream().map(use -> Decision.decide(evidence, use, ims)).toList();
  }

  private static List<Verdict> verdicts(Machine.Part part, Ims ims) {
    List<Verdict> verdicts = new ArrayList<>(verdicts(part.evidence(), ims));
    part.family().map(FamilyEvidence::uses).stream()
        .flatMap(List::stream)
        .forEach(use -> verdicts.add(Decision.decide(part.evidence(), use, ims)));
    return List.copyOf(verdicts);
  }

  private static List<Diagnosis> diagnoses(Machine.Part part) {
    return part.family().map(FamilyEvidence::symptoms).stream()
        .flatMap(List::stream)
        .map(symptom -> Diagnosis.of(symptom, part.evidence()))
        .toList();
  }
}
