package dev.adit.bench.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;

/**
 * The race tests of this package in every build, without the forks and compiler modes of {@code
 * bench/jcstress}: one thread for each actor walks over many states at once, and what each state
 * comes to has to be among the outcomes that its test accepts. {@code -Dadit.stress.batches=N} for
 * longer.
 */
class ShortStressTest {
  private static final int STATES = 250;
  private static final int BATCHES = Integer.getInteger("adit.stress.batches", 20);

  static List<Class<?>> tests() throws IOException, URISyntaxException, ClassNotFoundException {
    Path classes = Path.of(Objects.requireNonNull(Rig.class.getResource("Rig.class")).toURI());
    List<Class<?>> tests = new ArrayList<>();
    try (Stream<Path> files = Files.list(classes.resolveSibling("."))) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.matches("[A-Za-z]+\\.class")) {
          String type = Rig.class.getPackageName() + "." + name.substring(0, name.length() - 6);
          Class<?> test = Class.forName(type);
          if (test.isAnnotationPresent(JCStressTest.class)) {
            tests.add(test);
          }
        }
      }
    }
    return tests;
  }

  @ParameterizedTest
  @MethodSource("tests")
  void everyOutcomeIsAccepted(Class<?> test) throws Exception {
    List<Method> actors = annotated(test, Actor.class);
    List<Method> arbiters = annotated(test, Arbiter.class);
    assertThat(actors).hasSize(2);
    Class<?> resultType =
        Stream.concat(actors.stream(), arbiters.stream())
            .filter(method -> method.getParameterCount() == 1)
            .map(method -> method.getParameterTypes()[0])
            .findFirst()
            .orElseThrow();
    Map<String, Integer> seen = new TreeMap<>();
    for (int batch = 0; batch < BATCHES; batch++) {
      Object[] states = new Object[STATES];
      Object[] results = new Object[STATES];
      for (int i = 0; i < STATES; i++) {
        states[i] = test.getConstructor().newInstance();
        results[i] = resultType.getConstructor().newInstance();
      }
      race(actors, states, results);
      for (int i = 0; i < STATES; i++) {
        for (Method arbiter : arbiters) {
          call(arbiter, states[i], results[i]);
        }
        seen.merge(results[i].toString(), 1, Integer::sum);
      }
    }
    System.err.println(test.getSimpleName() + " " + seen);
    for (String outcome : seen.keySet()) {
      assertThat(accepted(test, outcome)).as("%s of %s", outcome, seen).isTrue();
    }
  }

  private static List<Method> annotated(Class<?> test, Class<? extends Annotation> as) {
    return Arrays.stream(test.getMethods())
        .filter(method -> method.isAnnotationPresent(as))
        .toList();
  }

  private static void race(List<Method> actors, Object[] states, Object[] results)
      throws Exception {
    CyclicBarrier start = new CyclicBarrier(actors.size());
    List<FutureTask<Integer>> tasks = new ArrayList<>();
    for (Method actor : actors) {
      FutureTask<Integer> task =
          new FutureTask<>(
              () -> {
                start.await();
                for (int i = 0; i < STATES; i++) {
                  call(actor, states[i], results[i]);
                }
                return STATES;
              });
      tasks.add(task);
      Thread.ofPlatform().start(task);
    }
    for (FutureTask<Integer> task : tasks) {
      assertThat(task.get()).isEqualTo(STATES);
    }
  }

  private static void call(Method method, Object state, Object result)
      throws IllegalAccessException, InvocationTargetException {
    if (method.getParameterCount() == 0) {
      method.invoke(state);
    } else {
      method.invoke(state, result);
    }
  }

  private static boolean accepted(Class<?> test, String outcome) {
    return Arrays.stream(test.getAnnotationsByType(Outcome.class))
        .filter(each -> each.expect() == Expect.ACCEPTABLE)
        .flatMap(each -> Arrays.stream(each.id()))
        .anyMatch(outcome::matches);
  }
}
