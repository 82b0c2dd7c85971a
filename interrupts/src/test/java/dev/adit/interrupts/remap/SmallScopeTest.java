package dev.adit.interrupts.remap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.remap.TwoTenants.Op;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every sequence of operations of two tenants with two interrupts each, breadth first: nothing
 * reaches a tenant that does not own its source, nothing is lost, no message is a mix. States that
 * were seen are not continued again. The normal run stops at a depth, {@code
 * -Dadit.scope.seconds=60} as deep as it gets in that time.
 */
class SmallScopeTest {
  private static final long SECONDS = Long.getLong("adit.scope.seconds", 0);

  @ParameterizedTest(name = "guests write the store: {0}, depth {1}")
  @CsvSource({"false, 6", "true, 4"})
  void noSequenceOfOperationsBreaksIsolation(boolean guestsWrite, int depth) {
    List<Op> operations = TwoTenants.operations(guestsWrite);
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    Set<String> seen = new HashSet<>();
    ArrayDeque<byte[]> open = new ArrayDeque<>();
    open.add(new byte[0]);
    seen.add(replay(guestsWrite, operations, open.getFirst()).state());
    long steps = 0;
    int complete = 0;
    while (!open.isEmpty() && goesOn(open.getFirst().length, depth, end)) {
      byte[] path = open.remove();
      steps += expand(guestsWrite, operations, path, seen, open);
      complete = open.isEmpty() ? path.length + 1 : open.getFirst().length;
    }
    System.err.printf(
        "SmallScopeTest guestsWrite=%s: %d states, %d operations, all sequences to depth %d%s%n",
        guestsWrite, seen.size(), steps, complete, open.isEmpty() ? ": every reachable state" : "");
    assertThat(steps).isPositive();
  }

  private static boolean goesOn(int depth, int limit, long end) {
    return SECONDS == 0 ? depth < limit : System.nanoTime() < end;
  }

  @Test
  void theSearchWouldSeeATenantReachAnother() {
    // Without PASIDs in the remapper a tenant that owns its store names the other's entry.
    TwoTenants world = new TwoTenants(true, IsolationLevel.REQUESTER_ID);
    world.apply(new Op(TwoTenants.Kind.ALLOCATE, 1, 0, 0));
    world.apply(new Op(TwoTenants.Kind.WRITE, 0, 0, 0));
    world.apply(new Op(TwoTenants.Kind.UNMASK, 0, 0, 0));
    assertThatThrownBy(() -> world.apply(new Op(TwoTenants.Kind.FIRE, 0, 0, 0)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("expected []");
  }

  private static TwoTenants replay(boolean guestsWrite, List<Op> operations, byte[] path) {
    TwoTenants world =
        new TwoTenants(
            guestsWrite, guestsWrite ? IsolationLevel.REMAPPER_PASID : IsolationLevel.REQUESTER_ID);
    for (byte op : path) {
      world.apply(operations.get(op));
    }
    return world;
  }

  /** Tries every operation after a path; {@return how many} */
  private static int expand(
      boolean guestsWrite,
      List<Op> operations,
      byte[] path,
      Set<String> seen,
      ArrayDeque<byte[]> open) {
    TwoTenants world = replay(guestsWrite, operations, path);
    String here = world.state();
    for (byte op = 0; op < operations.size(); op++) {
      try {
        world.apply(operations.get(op));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("after " + text(operations, path), e);
      }
      String there = world.state();
      if (there.equals(here)) {
        continue;
      }
      if (seen.add(there)) {
        byte[] longer = Arrays.copyOf(path, path.length + 1);
        longer[path.length] = op;
        open.add(longer);
      }
      world = replay(guestsWrite, operations, path);
    }
    return operations.size();
  }

  private static String text(List<Op> operations, byte[] path) {
    StringBuilder text = new StringBuilder();
    for (byte op : path) {
      text.append(operations.get(op)).append(' ');
    }
    return text.toString();
  }
}
