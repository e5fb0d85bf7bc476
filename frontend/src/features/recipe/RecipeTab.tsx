import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Project } from "../../api/types";
import { CodeText } from "../../components/CodeText";
import { CopyButton } from "../../components/CopyButton";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { recipeDownload, recipeQuery } from "./queries";
import classes from "./Recipe.module.css";
import { stepParts } from "./steps";

/** Repeat it elsewhere: the same steps with plain OpenVINO and NNCF, and by the command line. */
export function RecipeTab({ project }: { project: Project }) {
  const { data: recipe, error, refetch } = useQuery(recipeQuery(project.id));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!recipe) return <SkeletonRows label="the recipe" count={12} />;
  const lines = recipe.script.split("\n").length;
  return (
    <div className="stack">
      {recipe.warnings.length > 0 && (
        <div className="notice warn">
          <ul aria-label="Warnings">
            {recipe.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </div>
      )}
      <div className="columns wide-narrow">
        <Panel
          title="The steps"
          aside={
            <>
              <Button component="a" href={recipeDownload(project.id, "notebook")} download>
                Notebook
              </Button>
              <Button component="a" href={recipeDownload(project.id, "script")} download variant="filled">
                Script
              </Button>
            </>
          }
        >
          <div className="stack tight">
            <p className="dim">
              The script and the notebook do all of this with OpenVINO and NNCF alone; the workbench is not
              needed for it.
            </p>
            <ol className={classes.steps}>
              {recipe.steps.map(stepParts).map(({ title, told }) => (
                <li key={`${title}${told}`}>
                  {title && <span className="strong">{title}. </span>}
                  {told}
                </li>
              ))}
            </ol>
          </div>
        </Panel>
        <div className="stack">
          <Panel
            title="What it needs"
            aside={<CopyButton text={installCommand(recipe.requirements)} label="command that installs it" />}
          >
            <ul className="mono breaking" aria-label="Packages with their versions">
              {recipe.requirements.map((requirement) => (
                <li key={requirement}>{requirement}</li>
              ))}
            </ul>
          </Panel>
          <Panel title="By the command line of the workbench">
            {recipe.commands.length > 0 ? (
              <ol className="stack tight">
                {recipe.commands.map((command, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the same command may stand twice
                  <li key={index}>
                    <CodeText
                      text={command}
                      label={`command ${index + 1} of ${recipe.commands.length}`}
                      compact
                    />
                  </li>
                ))}
              </ol>
            ) : (
              <EmptyState title="No command does the same" />
            )}
          </Panel>
        </div>
      </div>
      <Panel title="The script" aside={counted(lines, "line")}>
        <CodeText text={recipe.script} label="script" />
      </Panel>
    </div>
  );
}

function installCommand(requirements: readonly string[]): string {
  return `pip install ${requirements.join(" ")}`;
}
