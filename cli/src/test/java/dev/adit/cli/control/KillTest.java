package dev.adit.cli.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at any time to a guest, to the server, or to both, in processes of their own and in the
 * middle of their work. A few times in each run, {@code -Dadit.kills=200} as often as one likes.
 */
final class KillTest {
  /** Who is killed. */
  private enum Whom {
    /** A guest, while the server and the neighbours go on. */
    GUEST,
    /** The server, while devices are defined and forgotten. */
    SERVER,
    /** A guest and the server. */
    BOTH,
    /** The server while it starts. */
    STARTING
  }

  private static final Whom[] ALL = Whom.values();
  private static final System.Logger LOG = System.getLogger("kill");
  private static final int LONGEST_WAIT = 400;

  @TempDir private Path folder;

  @Test
  void nothingLeaksAndTheNeighboursWorkIsRight() throws IOException, InterruptedException {
    int kills = Integer.getInteger("adit.kills", 4);
    long seed = Long.getLong("adit.seed", 1);
    System.out.println("KillTest: -Dadit.kills=" + kills + " -Dadit.seed=" + seed);
    Random random = new Random(seed);
    Map<Whom, Integer> done = new EnumMap<>(Whom.class);
    try (KillRig rig = new KillRig(folder, random)) {
      rig.begin();
      for (int kill = 0; kill < kills; kill++) {
        // Each kind once, then by chance, guests more often.
        int choice = kill < ALL.length ? kill : random.nextInt(2 * ALL.length);
        Whom whom = choice < ALL.length ? ALL[choice] : Whom.GUEST;
        done.merge(whom, 1, Integer::sum);
        LOG.log(System.Logger.Level.DEBUG, "kill {0} of {1}", kill, whom);
        kill(rig, whom, random.nextInt(LONGEST_WAIT));
        rig.verify();
      }
    }
    System.out.println("KillTest: killed " + done);
    assertThat(done).containsKey(Whom.GUEST);
  }

  private static void kill(KillRig rig, Whom whom, int millis)
      throws IOException, InterruptedException {
    rig.waitForWork();
    // A point in time that the seed chooses and the machine moves; nothing depends on which it is.
    Thread.sleep(millis);
    switch (whom) {
      case GUEST -> rig.killGuest();
      case SERVER -> {
        rig.killServer();
        rig.startServer();
      }
      case BOTH -> {
        rig.killGuest();
        rig.killServer();
        rig.startServer();
      }
      case STARTING -> {
        rig.killServer();
        rig.launchServer();
        Thread.sleep(2L * millis);
        rig.killServer();
        rig.startServer();
      }
    }
  }
}
